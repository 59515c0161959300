-- Revert kodiai:learning/listing from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _next_memories;
drop function _find_rare_memories;
drop function _is_waiting;
drop function _check_list_scope;
drop index learning_memories_owner_idx;
drop index learning_memories_repo_idx;

commit;
