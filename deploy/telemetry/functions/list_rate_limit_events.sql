-- Deploy kodiai:telemetry/functions/list_rate_limit_events to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function list_rate_limit_events(
  p_repo text default null,
  p_days bigint default 30,
  p_limit bigint default 100
)
returns table (
  event_id bigint,
  repo text,
  pr_number bigint,
  delivery_id text,
  event_type text,
  cache_hit_rate double precision,
  skipped_queries bigint,
  retry_attempts bigint,
  degradation_path text,
  created_at timestamptz
)
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
-- Custom plans: the best index depends on whether p_repo is given.
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
begin
  p_repo := _check_optional('p_repo', p_repo, 'repo_name');
  perform _check_argument('p_days', p_days::text, 'day_count');
  perform _check_argument('p_limit', p_limit::text, 'row_limit');

  return query
  select
    e.id, e.repo::text, e.pr_number::bigint, e.delivery_id::text, e.event_type::text,
    e.cache_hit_rate::double precision, e.skipped_queries::bigint, e.retry_attempts::bigint,
    e.degradation_path::text, e.created_at
  from rate_limit_events as e
  where
    e.created_at >= _day_start(_period_start(p_days))
    and (p_repo is null or e.repo = p_repo)
  order by e.created_at desc, e.id desc
  limit p_limit;
end
$$;

comment on function list_rate_limit_events is
'List the GitHub rate limits that degraded the work of the agent.

Arguments:
  p_repo: owner/name; only events of this repository; null for all
  p_days: 1 to 3660; only events of the last p_days UTC days, including today
  p_limit: 1 to 1000; maximum number of rows

Result: rows, each a RateLimitEvent, newest first; ties are broken by event_id, highest first.
  event_id: id of the event
  repo: owner/name, in lower case; repository the agent was working on
  pr_number: pull request number; null if unknown
  delivery_id: webhook delivery that hit the limit; null if unknown
  event_type: what the agent was doing, such as review
  cache_hit_rate: 0 to 1; fraction of the queries answered from the cache
  skipped_queries: number of queries skipped
  retry_attempts: number of queries retried
  degradation_path: what the agent did instead
  created_at: when the event happened

Errors:
  22004: p_days or p_limit is null; the message names it
  22023: an argument is invalid; the message names it

Example:
  p_repo => ''acme/api''
  p_days => 7';

grant execute on function list_rate_limit_events to :"app", :"reader";

commit;
