-- Revert kodiai:search/query from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _parse_query;
drop function _phrase_to_tsquery;
drop function _check_search_arguments;

commit;
