-- Verify kodiai:knowledge/findings on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_check_findings', '
  stable parallel safe security invoker (p_findings jsonb)
  returns void
');

select _verify_function('_insert_findings', '
  volatile parallel unsafe security invoker (p_review_id bigint, p_findings
  jsonb, p_created_at timestamp with time zone DEFAULT NULL::timestamp with time zone)
  returns bigint[]
');

select _verify_function('_insert_suppressions', '
  volatile parallel unsafe security invoker (p_review_id bigint, p_suppressions
  jsonb)
  returns TABLE(ordinal integer, suppression_id bigint, inserted boolean)
  set enable_nestloop=off
');

select _verify_function('_get_findings', '
  stable parallel safe security invoker (p_finding_ids bigint[])
  returns TABLE(finding_id bigint, review_id bigint, repo text, pr_number bigint,
  head_sha text, file_path text, start_line bigint, end_line bigint, severity text,
  category text, confidence integer, title text, suppressed boolean,
  suppression_pattern text, comment_id bigint, comment_surface text,
  review_output_key text, created_at timestamp with time zone)
');

select _verify_function('_get_last_review', '
  stable parallel safe security invoker (p_repo text, p_pr_number bigint)
  returns bigint
');

rollback;
