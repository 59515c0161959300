-- Revert kodiai:base/tables/repo_renames from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop table repo_renames;

commit;
