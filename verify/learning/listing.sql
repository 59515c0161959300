-- Verify kodiai:learning/listing on pg

begin;

set local search_path = :"schema", public;

select _verify_table('learning_memories', array[
  'index learning_memories_repo_idx btree (repo, id)',
  'index learning_memories_owner_idx btree (owner, id)'
]);

select _verify_function('_check_list_scope', '
  stable parallel safe security invoker (p_repo text, p_owner text, p_outcomes text[],
  p_severities text[], p_categories text[], p_path_prefix text, p_created_after
  timestamp with time zone, p_metadata jsonb, p_state text)
  returns search_scope
');

select _verify_function('_is_waiting', '
  immutable parallel safe security invoker (p_scope search_scope, p_embedding_model
  text, p_embedding_code bit varying, p_second_code bit varying)
  returns boolean
');

select _verify_function('_find_rare_memories', '
  stable parallel safe security invoker (p_scope search_scope, p_is_stale boolean,
  p_is_waiting boolean, p_after_id bigint, p_limit bigint)
  returns bigint[]
  set plan_cache_mode=force_custom_plan set enable_seqscan=off set
  enable_bitmapscan=off set enable_sort=on set jit=off
');

select _verify_function('_next_memories', '
  stable parallel safe security invoker (p_scope search_scope, p_is_stale boolean,
  p_is_waiting boolean, p_after_id bigint, p_limit bigint)
  returns bigint[]
  set plan_cache_mode=force_custom_plan set enable_seqscan=off set
  enable_bitmapscan=off set enable_sort=off set enable_incremental_sort=off set
  max_parallel_workers_per_gather=0 set jit=off
');

rollback;
