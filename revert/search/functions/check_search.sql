-- Revert kodiai:search/functions/check_search from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function check_search;

commit;
