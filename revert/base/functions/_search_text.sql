-- Revert kodiai:base/functions/_search_text from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _search_text(
  text, text, text, text[], integer[], tsquery, text, text, integer, bigint[], bigint[]
);

commit;
