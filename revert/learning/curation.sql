-- Revert kodiai:learning/curation from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _correct_memory;
drop function _purge_memories;
drop function _delete_purged_memories;
drop function _change_states;
drop function _changed_only;
drop function _check_successor;
drop function _select_memories;
drop function _lock_teaching;
drop function _lock_memories;
drop function _find_text;
drop function _find_memory;

commit;
