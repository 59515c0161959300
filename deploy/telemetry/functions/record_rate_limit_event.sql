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
  p_pr_number bigint default null
)
returns table (event_id bigint, inserted boolean)
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
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
      'pr_number', p_pr_number
    ),
    array['delivery_id', 'event_type']
  ) as r;
end
$$;

comment on function record_rate_limit_event is
'Records that a rate limit of GitHub made the agent do less. One event of each type per
delivery: the same can be recorded again without effect.
Arguments: p_repo, owner/name. p_event_type: what the agent was doing. p_cache_hit_rate:
share of the queries that the cache answered, 0 to 1. p_skipped_queries, p_retry_attempts:
how many, from 0. p_degradation_path: what the agent did instead. p_delivery_id: webhook
delivery; without one the event is always new. p_pr_number.
Result: one row. event_id. inserted: false where it was there already; that row is not
changed.
Errors: 22004 and 22023 with the argument; nothing is written then. 40001 under
repeatable read, when another transaction has just recorded the same: try again.';

grant execute on function record_rate_limit_event to :"app";

commit;
