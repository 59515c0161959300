-- Verify kodiai:learning/functions/audit_teachers on pg

begin;

set local search_path = :"schema", public;

select _verify_function('audit_teachers', '
  stable parallel safe security definer (p_repo text, p_owner text DEFAULT NULL::text,
  p_days bigint DEFAULT 30, p_limit bigint DEFAULT 100)
  returns TABLE(login text, association text, voices bigint, share double precision,
  busiest_day date, busiest_day_voices bigint, pending bigint, withdrawn bigint,
  retired bigint, retired_share double precision, last_said_at timestamp with time
  zone)
  set plan_cache_mode=force_custom_plan set enable_seqscan=off
', '{app, reader}');

rollback;
