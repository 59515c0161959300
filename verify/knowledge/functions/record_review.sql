-- Verify kodiai:knowledge/functions/record_review on pg

begin;

set local search_path = :"schema", public;

select _verify_function('record_review', '
  volatile parallel unsafe security definer (p_repo text, p_pr_number bigint,
  p_head_sha text DEFAULT NULL::text, p_delivery_id text DEFAULT NULL::text,
  p_findings jsonb DEFAULT ''[]''::jsonb, p_suppressions jsonb DEFAULT
  ''[]''::jsonb, p_files_analyzed bigint DEFAULT 0, p_lines_changed bigint DEFAULT
  0, p_duration_ms bigint DEFAULT NULL::bigint, p_model text DEFAULT NULL::text,
  p_conclusion text DEFAULT ''unknown''::text, p_config_snapshot jsonb DEFAULT
  NULL::jsonb,
  p_created_at timestamp with time zone DEFAULT
  NULL::timestamp with time zone)
  returns TABLE(review_id bigint, inserted boolean, finding_ids bigint[],
  suppression_ids bigint[])
  set TimeZone=UTC
', '{app}');

rollback;
