-- Verify kodiai:learning/functions/record_assessment on pg

begin;

set local search_path = :"schema", public;

select _verify_function('record_assessment', '
  volatile parallel unsafe security definer (p_repo text, p_delivery_id text,
  p_finding_text text, p_severity text, p_category text, p_verdict text, p_confidence
  double precision, p_reason text, p_memory_ids bigint[] DEFAULT NULL::bigint[],
  p_memory_weights double precision[] DEFAULT NULL::double precision[], p_file_path
  text DEFAULT NULL::text, p_pr_number bigint DEFAULT NULL::bigint, p_check_share
  double precision DEFAULT 0.05)
  returns TABLE(assessment_id bigint, act text, is_check boolean, inserted boolean)
  set enable_seqscan=off
', '{app}');

rollback;
