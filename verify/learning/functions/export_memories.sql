-- Verify kodiai:learning/functions/export_memories on pg

begin;

set local search_path = :"schema", public;

select _verify_function('export_memories', '
  stable parallel safe security definer (p_owner text DEFAULT NULL::text, p_after_id
  bigint DEFAULT NULL::bigint, p_limit bigint DEFAULT 100)
  returns TABLE(memory_id bigint, memory jsonb, embedding vector)
  set plan_cache_mode=force_custom_plan set enable_seqscan=off set
  enable_bitmapscan=off set enable_sort=off set enable_incremental_sort=off set
  max_parallel_workers_per_gather=0 set jit=off
', '{app, reader}');

rollback;
