-- Verify kodiai:telemetry/functions/record_retrieval_quality_event on pg

begin;

set local search_path = :"schema", public;

select _verify_function('record_retrieval_quality_event', '
  volatile parallel unsafe security definer (p_repo text, p_event_type text,
  p_result_count bigint, p_delivery_id text DEFAULT NULL::text, p_pr_number bigint
  DEFAULT NULL::bigint, p_top_k bigint DEFAULT NULL::bigint, p_distance_threshold
  double precision DEFAULT NULL::double precision, p_avg_distance double precision
  DEFAULT NULL::double precision, p_language_match_ratio double precision DEFAULT
  NULL::double precision, p_threshold_method text DEFAULT NULL::text,
  p_created_at timestamp with time zone DEFAULT
  NULL::timestamp with time zone)
  returns TABLE(event_id bigint, inserted boolean)
  set TimeZone=UTC
', '{app}');

rollback;
