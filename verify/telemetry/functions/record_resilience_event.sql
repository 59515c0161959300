-- Verify kodiai:telemetry/functions/record_resilience_event on pg

begin;

set local search_path = :"schema", public;

select _verify_function('record_resilience_event', '
  volatile parallel unsafe security definer (p_delivery_id text, p_repo text,
  p_event_type text, p_kind text, p_pr_number bigint DEFAULT NULL::bigint,
  p_pr_author text DEFAULT NULL::text, p_parent_delivery_id text DEFAULT NULL::text,
  p_review_output_key text DEFAULT NULL::text, p_execution_conclusion text DEFAULT
  NULL::text, p_had_inline_output boolean DEFAULT NULL::boolean,
  p_checkpoint_files_reviewed bigint DEFAULT NULL::bigint,
  p_checkpoint_finding_count bigint DEFAULT NULL::bigint, p_checkpoint_total_files
  bigint DEFAULT NULL::bigint, p_partial_comment_id bigint DEFAULT NULL::bigint,
  p_recent_timeouts bigint DEFAULT NULL::bigint, p_chronic_timeout boolean DEFAULT
  NULL::boolean, p_retry_enqueued boolean DEFAULT NULL::boolean, p_retry_files_count
  bigint DEFAULT NULL::bigint, p_retry_scope_ratio double precision DEFAULT
  NULL::double precision, p_retry_timeout_seconds bigint DEFAULT NULL::bigint,
  p_retry_risk_level text DEFAULT NULL::text, p_retry_checkpoint_enabled boolean
  DEFAULT NULL::boolean, p_retry_has_results boolean DEFAULT NULL::boolean,
  p_created_at timestamp with time zone DEFAULT
  NULL::timestamp with time zone)
  returns TABLE(event_id bigint, inserted boolean)
  set TimeZone=UTC
', '{app}');

rollback;
