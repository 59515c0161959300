-- Revert kodiai:base/functions/_search_tsvector from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _search_tsvector(text);

commit;
