-- Verify kodiai:knowledge/functions/record_global_pattern on pg

begin;

set local search_path = :"schema", public;

select _verify_function('record_global_pattern', '
  volatile parallel unsafe security definer (p_severity text, p_category text,
  p_confidence_band text, p_pattern_fingerprint text, p_count bigint DEFAULT 1)
  returns TABLE(pattern_id bigint, total_count bigint, inserted boolean)
', '{app}');

rollback;
