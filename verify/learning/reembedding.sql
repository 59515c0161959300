-- Verify kodiai:learning/reembedding on pg

begin;

set local search_path = :"schema", public;

select _verify_table('learning_memories', array[
  'index learning_memories_model_idx btree (_model_of_first((embedding_model)::text, '
  'embedding), id)',
  'index learning_memories_second_idx btree (((second_embedding IS NULL)), id)'
]);

select _verify_function('_model_of_first', '
  immutable parallel safe security invoker (p_embedding_model text, p_embedding vector)
  returns text
');

select _verify_function('_reject_models', '
  immutable parallel safe security invoker (p_message text, p_hint text)
  returns void
');

select _verify_function('_check_wanted_model', '
  stable parallel safe security invoker (p_embedding_model text)
  returns void
');

select _verify_function('_check_worker_arguments', '
  stable parallel safe security invoker (p_memory_ids bigint[], p_lease uuid)
  returns void
');

select _verify_function('_check_new_embeddings', '
  stable parallel safe security invoker (p_embeddings vector[], p_count integer)
  returns void
');

select _verify_function('_is_leased', '
  stable parallel safe security invoker (p_memory_id bigint, p_embedding_model text)
  returns boolean
');

select _verify_function('_lock_without_first', '
  volatile parallel unsafe security invoker (p_embedding_model text, p_limit integer)
  returns bigint[]
  set plan_cache_mode=force_generic_plan set enable_seqscan=off set
  enable_bitmapscan=off set enable_sort=off set enable_hashjoin=off set
  enable_mergejoin=off
');

select _verify_function('_lock_without_second', '
  volatile parallel unsafe security invoker (p_embedding_model text, p_limit integer)
  returns bigint[]
  set plan_cache_mode=force_generic_plan set enable_seqscan=off set
  enable_bitmapscan=off set enable_sort=off set enable_hashjoin=off set
  enable_mergejoin=off
');

select _verify_function('_lock_embedded', '
  volatile parallel unsafe security invoker (p_embedding_model text, p_slot integer,
  p_limit integer)
  returns bigint[]
  set plan_cache_mode=force_generic_plan set enable_seqscan=off set
  enable_bitmapscan=off set enable_sort=off set enable_hashjoin=off set
  enable_mergejoin=off
');

select _verify_function('_lease_memories', '
  volatile parallel unsafe security invoker (p_memory_ids bigint[], p_embedding_model
  text, p_lease uuid, p_expires_at timestamp with time zone)
  returns bigint[]
');

select _verify_function('_store_embeddings', '
  volatile parallel unsafe security invoker (p_memory_ids bigint[], p_embeddings
  vector[], p_embedding_model text, p_lease uuid)
  returns bigint[]
  set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
');

select _verify_function('_has_embeddings', '
  stable parallel safe security invoker (p_embedding_model text, p_slot integer)
  returns boolean
  set plan_cache_mode=force_generic_plan set enable_seqscan=off set
  enable_bitmapscan=off
');

select _verify_function('_summarize_leases', '
  stable parallel safe security invoker (p_embedding_model text, OUT leased bigint,
  OUT failed bigint, OUT failures jsonb)
  returns record
');

select _verify_function('_count_embedded', '
  stable parallel safe security invoker (p_embedding_model text, OUT total bigint, OUT
  embedded bigint)
  returns record
  set enable_seqscan=off set jit=off set plan_cache_mode=force_custom_plan
');

rollback;
