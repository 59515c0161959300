-- Deploy kodiai:grants/reader to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

\set reader :schema _reader

grant usage on schema :"schema" to :"reader";

grant execute on function
check_search,
count_recent_timeouts,
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
search_findings,
search_memories
to :"reader";

commit;
