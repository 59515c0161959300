-- Verify kodiai:learning/functions/list_suppressed_findings on pg

begin;

set local search_path = :"schema", public;

select _verify_function('list_suppressed_findings', '
  stable parallel safe security definer (p_repo text, p_pr_number bigint DEFAULT
  NULL::bigint, p_after_id bigint DEFAULT NULL::bigint, p_limit bigint DEFAULT 100)
  returns TABLE(assessment_id bigint, pr_number bigint, delivery_id text, finding_text
  text, severity text, category text, file_path text, confidence double precision,
  reason text, memory_ids bigint[], outcome text, created_at timestamp with time zone)
  set plan_cache_mode=force_custom_plan set enable_seqscan=off
', '{app, reader}');

rollback;
