-- Revert kodiai:knowledge/functions/list_repo_trends from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function list_repo_trends;

commit;
