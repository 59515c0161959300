-- Revert kodiai:knowledge/functions/list_dep_bump_merges from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function list_dep_bump_merges;

commit;
