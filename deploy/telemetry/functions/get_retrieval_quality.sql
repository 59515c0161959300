-- Deploy kodiai:telemetry/functions/get_retrieval_quality to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function get_retrieval_quality(
  p_repo text default null,
  p_days integer default 30
)
returns table (
  events bigint,
  empty_results bigint,
  avg_top_k double precision,
  avg_result_count double precision,
  avg_distance double precision,
  avg_distance_threshold double precision,
  avg_language_match_ratio double precision,
  adaptive_thresholds bigint,
  percentile_thresholds bigint,
  configured_thresholds bigint
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
    count(*),
    count(*) filter (where e.result_count = 0),
    avg(e.top_k)::double precision,
    avg(e.result_count)::double precision,
    avg(e.avg_distance),
    avg(e.distance_threshold),
    avg(e.language_match_ratio),
    count(*) filter (where e.threshold_method = 'adaptive'),
    count(*) filter (where e.threshold_method = 'percentile'),
    count(*) filter (where e.threshold_method = 'configured')
  from retrieval_quality_events as e
  where e.created_at >= v_since and (p_repo is null or e.repo = p_repo);
end
$$;

comment on function get_retrieval_quality is
'How well searches of the memory went, as record_retrieval_quality_event was told.
Arguments: p_repo, owner/name; null for all repositories. p_days: how many days of UTC
back, today included, 1 to 3660.
Result: one row, always. events: how many searches. empty_results: of these without any
memory. avg_top_k, avg_result_count, avg_distance, avg_distance_threshold,
avg_language_match_ratio: means over the searches that told them; null where none did.
adaptive_thresholds, percentile_thresholds, configured_thresholds: how many searches chose
their threshold so.
Errors: 22004 and 22023 with the argument.';

grant execute on function get_retrieval_quality to :"app", :"reader";

commit;
