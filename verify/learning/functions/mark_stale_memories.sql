-- Verify kodiai:learning/functions/mark_stale_memories on pg

begin;

set local search_path = :"schema", public;

select _verify_function('mark_stale_memories', '
  volatile parallel unsafe security definer (p_repo text, p_memory_ids bigint[]
  DEFAULT NULL::bigint[], p_path_prefix text DEFAULT NULL::text, p_embedding_model
  text DEFAULT NULL::text, p_created_before timestamp with time zone DEFAULT
  NULL::timestamp with time zone, p_owner text DEFAULT NULL::text)
  returns bigint
  set plan_cache_mode=force_custom_plan set TimeZone=UTC set DateStyle=ISO, YMD
', '{app}');

rollback;
