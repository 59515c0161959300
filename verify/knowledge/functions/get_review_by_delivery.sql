-- Verify kodiai:knowledge/functions/get_review_by_delivery on pg

begin;

set local search_path = :"schema", public;

select _verify_function('get_review_by_delivery', '
  stable parallel safe security definer (p_repo text, p_delivery_id text, p_pr_number
  bigint DEFAULT NULL::bigint)
  returns TABLE(review_id bigint, repo text, pr_number bigint, head_sha text,
  delivery_id text, files_analyzed bigint, lines_changed bigint, findings_critical
  bigint, findings_major bigint, findings_medium bigint, findings_minor bigint,
  findings_total bigint, suppressions_applied bigint, confidence_total bigint,
  config_snapshot jsonb, duration_ms bigint, model text, conclusion text, created_at
  timestamp with time zone, completed_at timestamp with time zone)
', '{app, reader}');

rollback;
