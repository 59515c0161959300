-- Verify kodiai:telemetry/functions/list_resilience_events on pg

begin;

set local search_path = :"schema", public;

select _verify_function('list_resilience_events', '
  stable parallel safe security definer (p_repo text DEFAULT NULL::text, p_kind text
  DEFAULT NULL::text, p_days bigint DEFAULT 30, p_limit bigint DEFAULT 100)
  returns TABLE(event_id bigint, repo text, pr_number bigint, pr_author text,
  delivery_id text, event_type text, kind text, parent_delivery_id text,
  review_output_key text, execution_conclusion text, had_inline_output boolean,
  checkpoint_files_reviewed bigint, checkpoint_finding_count bigint,
  checkpoint_total_files bigint, partial_comment_id bigint, recent_timeouts bigint,
  chronic_timeout boolean, retry_enqueued boolean, retry_files_count bigint,
  retry_scope_ratio double precision, retry_timeout_seconds bigint, retry_risk_level
  text, retry_checkpoint_enabled boolean, retry_has_results boolean, created_at
  timestamp with time zone)
  set plan_cache_mode=force_custom_plan
', '{app, reader}');

rollback;
