-- Verify kodiai:knowledge/functions/list_suppressions on pg

begin;

set local search_path = :"schema", public;

select _verify_function('list_suppressions', '
  stable parallel safe security definer (p_repo text, p_days bigint DEFAULT 30,
  p_after_id bigint DEFAULT NULL::bigint, p_limit bigint DEFAULT 100)
  returns TABLE(suppression_id bigint, review_id bigint, repo text, pr_number bigint,
  head_sha text, pattern text, matched_count bigint, findings jsonb, created_at
  timestamp with time zone)
  set plan_cache_mode=force_custom_plan
', '{app, reader}');

rollback;
