-- Revert kodiai:knowledge/tables/dep_bump_merge_history from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop table dep_bump_merge_history;

commit;
