-- Verify kodiai:learning/listing on pg

begin;

set local search_path = :"schema", public;

select _verify_table('learning_memories', array[
  'index learning_memories_repo_idx btree (repo, id)',
  'index learning_memories_owner_idx btree (owner, id)'
]);

select _verify_table('memory_filter', array[
  'column owner text',
  'column repo text',
  'column outcomes text[]',
  'column severities text[]',
  'column categories text[]',
  'column path_prefix text',
  'column created_after timestamp with time zone',
  'column active_model text',
  'column is_waiting boolean'
]);

select _verify_function('_check_memory_filter', '
  stable parallel safe security invoker (p_repo text, p_owner text, p_outcomes text[],
  p_severities text[], p_categories text[], p_path_prefix text, p_created_after
  timestamp with time zone, p_is_waiting boolean)
  returns memory_filter
');

select _verify_function('_is_waiting', '
  immutable parallel safe security invoker (p_active_model text, p_embedding_model
  text, p_embedding_code bit varying)
  returns boolean
');

select _verify_function('_is_listed', '
  immutable parallel safe security invoker (p_filter memory_filter, p_outcome text,
  p_severity text, p_category text, p_file_path text, p_created_at timestamp with time
  zone, p_embedding_model text, p_embedding_code bit varying)
  returns boolean
');

select _verify_function('_find_rare_memories', '
  stable parallel safe security invoker (p_filter memory_filter, p_is_stale boolean,
  p_after_id bigint, p_limit bigint)
  returns bigint[]
  set plan_cache_mode=force_custom_plan set enable_seqscan=off set
  enable_bitmapscan=off set enable_sort=on set jit=off
');

select _verify_function('_next_memories', '
  stable parallel safe security invoker (p_filter memory_filter, p_is_stale boolean,
  p_after_id bigint, p_limit bigint)
  returns bigint[]
  set plan_cache_mode=force_custom_plan set enable_seqscan=off set
  enable_bitmapscan=off set enable_sort=off set enable_incremental_sort=off set
  max_parallel_workers_per_gather=0 set jit=off
');

rollback;
