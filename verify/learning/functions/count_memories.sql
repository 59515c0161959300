-- Verify kodiai:learning/functions/count_memories on pg

begin;

set local search_path = :"schema", public;

select _verify_function('count_memories', '
  stable parallel safe security definer (p_repo text, p_owner text DEFAULT NULL::text,
  p_outcomes text[] DEFAULT NULL::text[], p_severities text[] DEFAULT NULL::text[],
  p_categories text[] DEFAULT NULL::text[], p_path_prefix text DEFAULT NULL::text,
  p_created_after timestamp with time zone DEFAULT NULL::timestamp with time zone,
  p_metadata jsonb DEFAULT NULL::jsonb)
  returns TABLE(memories bigint, stale bigint, waiting bigint, pending bigint, retired
  bigint)
  set plan_cache_mode=force_custom_plan set enable_seqscan=off set jit=off
', '{app, reader}');

rollback;
