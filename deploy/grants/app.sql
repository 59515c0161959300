-- Deploy kodiai:grants/app to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

\set app :schema _app

grant usage on schema :"schema" to :"app";

grant execute on function
check_search,
claim_run,
complete_run,
count_recent_timeouts,
delete_checkpoint,
get_author,
get_checkpoint,
get_finding_by_comment,
get_last_reviewed_sha,
get_memories,
get_repo_stats,
get_retrieval_quality,
has_memory,
list_cost_by_day,
list_cost_by_model,
list_feedback_patterns,
list_finding_comments,
list_open_runs,
list_prior_findings,
list_repo_trends,
mark_stale_memories,
purge_authors,
purge_runs,
purge_stale_memories,
purge_telemetry,
rebuild_postings,
record_dep_bump_merge,
record_feedback_reactions,
record_findings,
record_global_pattern,
record_rate_limit_event,
record_resilience_event,
record_retrieval_quality_event,
record_review,
record_suppressions,
record_telemetry_event,
release_run,
rename_repo,
save_checkpoint,
search_findings,
search_memories,
set_checkpoint_comment,
set_embedding_model,
set_finding_comment,
upsert_author,
write_memories,
write_memory
to :"app";

commit;
