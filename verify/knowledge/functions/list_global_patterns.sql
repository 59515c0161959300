-- Verify kodiai:knowledge/functions/list_global_patterns on pg

begin;

set local search_path = :"schema", public;

select _verify_function('list_global_patterns', '
  stable parallel safe security definer (p_severity text DEFAULT NULL::text,
  p_category text DEFAULT NULL::text, p_confidence_band text DEFAULT NULL::text,
  p_min_count bigint DEFAULT 1, p_limit bigint DEFAULT 100)
  returns TABLE(pattern_id bigint, severity text, category text, confidence_band text,
  pattern_fingerprint text, total_count bigint, created_at timestamp with time zone)
  set plan_cache_mode=force_custom_plan set enable_seqscan=off
', '{app, reader}');

rollback;
