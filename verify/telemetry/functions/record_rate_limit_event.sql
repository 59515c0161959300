-- Verify kodiai:telemetry/functions/record_rate_limit_event on pg

begin;

set local search_path = :"schema", public;

select _verify_function('record_rate_limit_event', '
  volatile parallel unsafe security definer (p_repo text, p_event_type text,
  p_cache_hit_rate double precision, p_skipped_queries bigint, p_retry_attempts
  bigint, p_degradation_path text, p_delivery_id text DEFAULT NULL::text,
  p_pr_number bigint DEFAULT NULL::bigint,
  p_created_at timestamp with time zone DEFAULT
  NULL::timestamp with time zone)
  returns TABLE(event_id bigint, inserted boolean)
  set TimeZone=UTC
', '{app}');

rollback;
