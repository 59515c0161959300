-- Revert kodiai:search/arguments from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _check_search_arguments;

commit;
