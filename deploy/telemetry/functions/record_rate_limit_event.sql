-- Deploy kodiai:telemetry/functions/record_rate_limit_event to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function record_rate_limit_event(
  p_repo text,
  p_event_type text,
  p_cache_hit_rate double precision,
  p_skipped_queries bigint,
  p_retry_attempts bigint,
  p_degradation_path text,
  p_delivery_id text default null,
  p_pr_number bigint default null,
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
    'rate_limit_events',
    jsonb_build_object(
      'repo', p_repo,
      'event_type', p_event_type,
      'cache_hit_rate', p_cache_hit_rate,
      'skipped_queries', p_skipped_queries,
      'retry_attempts', p_retry_attempts,
      'degradation_path', p_degradation_path,
      'delivery_id', p_delivery_id,
      'pr_number', p_pr_number,
      'created_at', p_created_at
    ),
    array['repo', 'delivery_id', 'event_type']
  ) as r;
end
$$;

comment on function record_rate_limit_event is
'Record a GitHub rate limit that degraded the work of the agent.

Idempotent: p_repo, p_delivery_id and p_event_type identify the event, and recording it again
changes nothing, not even under the name that the repository had before rename_repo. Without
p_delivery_id, each call records a new event.

Arguments:
  p_repo: owner/name; repository the agent was working on
  p_event_type: 1 to 200 characters; what the agent was doing, such as review
  p_cache_hit_rate: 0 to 1; fraction of the queries answered from the cache
  p_skipped_queries: 0 to 10^15; number of queries skipped
  p_retry_attempts: 0 to 10^15; number of queries retried
  p_degradation_path: 1 to 500 characters; what the agent did instead
  p_delivery_id: 1 to 200 characters; webhook delivery that hit the limit; null to record a new
    event on each call
  p_pr_number: 1 or more; pull request number; null if unknown
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
  p_cache_hit_rate => 0.25
  p_skipped_queries => 3
  p_retry_attempts => 1
  p_degradation_path => ''search-only''
  p_delivery_id => ''d1''
  p_pr_number => 7';

grant execute on function record_rate_limit_event to :"app";

commit;
