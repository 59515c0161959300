-- Deploy kodiai:telemetry/functions/list_cost_by_model to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function list_cost_by_model(
  p_repo text default null,
  p_days integer default 30
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
-- Planned for each call, so that either question gets the plan of its own index.
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
  v_since timestamptz;
begin
  perform _check_argument('p_days', p_days::text, 'day_count');
  if p_repo is not null then
    perform _check_argument('p_repo', p_repo, 'repo_name');
  end if;

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
'What running each language model cost.
Arguments: p_repo, owner/name; null for all repositories. p_days: how many days of UTC
back, today included, 1 to 3660.
Result: one row per provider and model, the dearest first. provider, model. events: its
runs. input_tokens, output_tokens, cache_read_tokens, cache_creation_tokens: their sums.
cost_usd: in US dollars. avg_duration_ms: mean of a run, in milliseconds.
Errors: 22004 and 22023 with the argument.';

grant execute on function list_cost_by_model to :"app", :"reader";

commit;
