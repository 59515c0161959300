-- Revert kodiai:learning/renames from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _rename_repos;
drop function _record_rename;
drop function _supersede_older_runs;
drop function _rename_rows;
drop function _merge_memories;
drop function _merge_usage;
drop function _lock_repos;
drop function _list_repos;

commit;
