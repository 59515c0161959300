-- Deploy kodiai:telemetry/functions/list_cost_by_day to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function list_cost_by_day(
  p_repo text default null,
  p_days bigint default 30
)
returns table (
  day date,
  events bigint,
  input_tokens bigint,
  output_tokens bigint,
  cache_read_tokens bigint,
  cache_creation_tokens bigint,
  cost_usd numeric
)
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
-- Custom plans: the best index depends on whether p_repo is given.
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
  v_first_day date;
begin
  perform _check_argument('p_days', p_days::text, 'day_count');
  p_repo := _check_optional('p_repo', p_repo, 'repo_name');

  v_first_day := _period_start(p_days);

  return query
  select d.day, e.*
  from (select v_first_day + n as day from generate_series(0, p_days::integer - 1) as n) as d
  cross join lateral (
    select
      count(*),
      coalesce(sum(e.input_tokens), 0)::bigint,
      coalesce(sum(e.output_tokens), 0)::bigint,
      coalesce(sum(e.cache_read_tokens), 0)::bigint,
      coalesce(sum(e.cache_creation_tokens), 0)::bigint,
      coalesce(sum(e.cost_usd), 0)
    from telemetry_events as e
    where
      e.created_at >= _day_start(d.day)
      and e.created_at < _day_start(d.day + 1)
      and (p_repo is null or e.repo = p_repo)
  ) as e
  order by d.day;
end
$$;

comment on function list_cost_by_day is
'Return the usage and cost of the language models per UTC day.

Arguments:
  p_repo: owner/name; only runs for this repository; null for all
  p_days: 1 to 3660; number of UTC days, including today

Result: rows, each a DayCost, oldest day first; days without runs are included.
  day: UTC day
  events: number of runs
  input_tokens: total input tokens, not counting cached ones
  output_tokens: total output tokens
  cache_read_tokens: total input tokens read from the cache
  cache_creation_tokens: total input tokens written to the cache
  cost_usd: total cost in US dollars

Errors:
  22004: p_days is null
  22023: an argument is invalid; the message names it

Example:
  p_repo => ''acme/api''
  p_days => 7';

grant execute on function list_cost_by_day to :"app", :"reader";

commit;
