-- Deploy kodiai:telemetry/functions/list_cost_by_model to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function list_cost_by_model(
  p_repo text default null,
  p_days bigint default 30
)
returns table (
  provider text,
  model text,
  events bigint,
  input_tokens bigint,
  output_tokens bigint,
  cache_read_tokens bigint,
  cache_creation_tokens bigint,
  cost_usd numeric,
  avg_duration_ms double precision
)
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
-- Custom plans: the best index depends on whether p_repo is given.
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
  v_since timestamptz;
begin
  perform _check_argument('p_days', p_days::text, 'day_count');
  p_repo := _check_optional('p_repo', p_repo, 'repo_name');

  v_since := _day_start(_period_start(p_days));

  return query
  select
    e.provider::text,
    e.model::text,
    count(*),
    sum(e.input_tokens)::bigint,
    sum(e.output_tokens)::bigint,
    sum(e.cache_read_tokens)::bigint,
    sum(e.cache_creation_tokens)::bigint,
    sum(e.cost_usd),
    avg(e.duration_ms)::double precision
  from telemetry_events as e
  where e.created_at >= v_since and (p_repo is null or e.repo = p_repo)
  group by e.provider, e.model
  order by sum(e.cost_usd) desc, e.provider, e.model;
end
$$;

comment on function list_cost_by_model is
'Return the usage and cost of the language models.

Arguments:
  p_repo: owner/name; only runs for this repository; null for all
  p_days: 1 to 3660; only runs recorded in the last p_days UTC days, including today

Result: rows, each a ModelCost, highest cost first; ties are broken by provider, then model.
  provider: provider of the model
  model: model that ran
  events: number of runs
  input_tokens: total input tokens, not counting cached ones
  output_tokens: total output tokens
  cache_read_tokens: total input tokens read from the cache
  cache_creation_tokens: total input tokens written to the cache
  cost_usd: total cost in US dollars
  avg_duration_ms: mean duration of a run in milliseconds

Errors:
  22004: p_days is null
  22023: an argument is invalid; the message names it

Example:
  p_repo => ''acme/api''
  p_days => 30';

grant execute on function list_cost_by_model to :"app", :"reader";

commit;
