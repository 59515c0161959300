-- Verify kodiai:telemetry/functions/get_retrieval_quality on pg

begin;

set local search_path = :"schema", public;

select _verify_function('get_retrieval_quality', '
  stable parallel safe security definer (p_repo text DEFAULT NULL::text, p_days
  bigint DEFAULT 30)
  returns TABLE(events bigint, empty_results bigint, avg_top_k double precision,
  avg_result_count double precision, avg_distance double precision,
  avg_distance_threshold double precision, avg_language_match_ratio double
  precision, adaptive_thresholds bigint, percentile_thresholds bigint,
  configured_thresholds bigint)
  set plan_cache_mode=force_custom_plan
', '{app, reader}');

rollback;
