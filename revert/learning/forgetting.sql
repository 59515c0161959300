-- Revert kodiai:learning/forgetting from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _forget_authors;
drop function _replace_reason;
drop function _forget_changes;
drop function _forget_voices;
drop function _list_owner_repos;
drop function _forget_repos;
drop function _forget_reviews;
drop function _forget_memories;
drop function _lock_taught_memories;
drop function _forget_children;
drop function _forget_rows;
drop function _refresh_statistics;
drop function _lock_statistics;
drop type forgotten_rows;
drop index resilience_events_pr_author_idx;
drop index telemetry_events_pr_author_idx;
drop index memory_history_changed_by_idx;
drop index feedback_reactions_reactor_login_idx;
drop index author_cache_author_login_idx;
drop index repo_renames_new_owner_idx;
drop index repo_renames_old_owner_idx;
drop index learning_memories_source_repo_idx;

commit;
