-- Deploy kodiai:telemetry/functions/get_retrieval_quality to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function get_retrieval_quality(
  p_repo text default null,
  p_days bigint default 30
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
'Summarize the recorded quality of memory searches.

Each mean covers only the searches that recorded the value.

Arguments:
  p_repo: owner/name; only searches for this repository; null for all
  p_days: 1 to 3660; only searches recorded in the last p_days UTC days, including today

Result: one row, a RetrievalQuality.
  events: number of searches
  empty_results: number of searches that used no memory
  avg_top_k: mean number of memories requested; null if no search recorded it
  avg_result_count: mean number of memories used; null if there were no searches
  avg_distance: mean of the mean cosine distance of each search; null if no search recorded one
  avg_distance_threshold: mean of the maximum cosine distances accepted; null if no search
    recorded one
  avg_language_match_ratio: mean fraction of memories in the preferred language; null if no search
    recorded one
  adaptive_thresholds: number of searches with an adaptive threshold
  percentile_thresholds: number of searches with a percentile threshold
  configured_thresholds: number of searches with a configured threshold

Errors:
  22004: p_days is null
  22023: an argument is invalid; the message names it

Example:
  p_repo => ''acme/api''
  p_days => 30';

grant execute on function get_retrieval_quality to :"app", :"reader";

commit;
