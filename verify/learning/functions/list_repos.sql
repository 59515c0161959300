-- Verify kodiai:learning/functions/list_repos on pg

begin;

set local search_path = :"schema", public;

select _verify_function('list_repos', '
  stable parallel safe security definer (p_owner text DEFAULT NULL::text, p_limit
  bigint DEFAULT 100, p_after_repo text DEFAULT NULL::text)
  returns TABLE(repo text, owner text, memories bigint, last_memory_at timestamp with
  time zone)
  set plan_cache_mode=force_custom_plan set enable_seqscan=off set
  enable_bitmapscan=off set jit=off
', '{app, reader}');

rollback;
