-- Verify kodiai:telemetry/functions/list_rate_limit_events on pg

begin;

set local search_path = :"schema", public;

select _verify_function('list_rate_limit_events', '
  stable parallel safe security definer (p_repo text DEFAULT NULL::text, p_days bigint
  DEFAULT 30, p_limit bigint DEFAULT 100)
  returns TABLE(event_id bigint, repo text, pr_number bigint, delivery_id text,
  event_type text, cache_hit_rate double precision, skipped_queries bigint,
  retry_attempts bigint, degradation_path text, created_at timestamp with time zone)
  set plan_cache_mode=force_custom_plan
', '{app, reader}');

rollback;
