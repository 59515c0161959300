-- Deploy kodiai:telemetry/functions/record_retrieval_quality_event to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function record_retrieval_quality_event(
  p_repo text,
  p_event_type text,
  p_result_count bigint,
  p_delivery_id text default null,
  p_pr_number bigint default null,
  p_top_k bigint default null,
  p_distance_threshold double precision default null,
  p_avg_distance double precision default null,
  p_language_match_ratio double precision default null,
  p_threshold_method text default null,
  p_created_at timestamptz default null
)
returns table (event_id bigint, inserted boolean)
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
-- Times pass through JSON, which not every time zone allows.
set timezone = 'UTC'
as $$
#variable_conflict use_column
begin
  return query
  select r.id, r.inserted
  from _insert_or_get(
    'retrieval_quality_events',
    jsonb_build_object(
      'repo', p_repo,
      'event_type', p_event_type,
      'result_count', p_result_count,
      'delivery_id', p_delivery_id,
      'pr_number', p_pr_number,
      'top_k', p_top_k,
      'distance_threshold', p_distance_threshold,
      'avg_distance', p_avg_distance,
      'language_match_ratio', p_language_match_ratio,
      'threshold_method', p_threshold_method,
      'created_at', p_created_at
    ),
    array['repo', 'delivery_id']
  ) as r;
end
$$;

comment on function record_retrieval_quality_event is
'Record how many memories a search returned and how close they were.

Idempotent: p_repo and p_delivery_id identify the event, and recording it again changes nothing,
not even under the name that the repository had before rename_repo. Without p_delivery_id, each
call records a new event.

Arguments:
  p_repo: owner/name; repository the search was for
  p_event_type: 1 to 200 characters; what the agent was doing, such as review
  p_result_count: 0 to 10^15; number of memories used
  p_delivery_id: 1 to 200 characters; webhook delivery the search was for; null to record a new
    event on each call
  p_pr_number: 1 or more; pull request number; null if unknown
  p_top_k: 0 to 10^15; number of memories requested; null if unknown
  p_distance_threshold: 0 to 2; maximum cosine distance accepted; null if unknown
  p_avg_distance: 0 to 2; mean cosine distance of the memories used; null if unknown
  p_language_match_ratio: 0 to 1; fraction of the memories used that are in the preferred
    language; null if unknown
  p_threshold_method: adaptive | percentile | configured; how the threshold was chosen; null if
    unknown
  p_created_at: years 1 to 9999; when it happened, to bring in history, so not in the future; null
    for now

Result: one row, a RecordedEvent.
  event_id: id of the event, new or existing
  inserted: false if the event was already recorded

Errors:
  22004: a required argument is null; the message names it
  22023: an argument is invalid; the message names it
  40001: a concurrent transaction deleted the existing event or, under repeatable read or
    serializable, recorded the same event; retry the transaction

Example:
  p_repo => ''acme/api''
  p_event_type => ''review''
  p_result_count => 4
  p_delivery_id => ''d1''
  p_top_k => 10
  p_avg_distance => 0.31';

grant execute on function record_retrieval_quality_event to :"app";

commit;
