-- Revert kodiai:base/functions/_search_phrase from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _search_phrase(text);

commit;
