-- Verify kodiai:learning/memories on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_check_memories', '
  stable parallel safe security invoker (p_memories jsonb, p_single boolean)
  returns void
');

select _verify_function('_collect_embeddings', '
  stable parallel safe security invoker (p_memories jsonb, p_embeddings vector[],
  p_single boolean)
  returns vector[]
');

select _verify_function('_get_or_set_model', '
  volatile parallel unsafe security invoker (p_memories jsonb, p_embeddings vector[],
  p_single boolean)
  returns text
');

select _verify_function('_insert_memories', '
  volatile parallel unsafe security invoker (p_memories jsonb, p_embeddings vector[],
  p_ids bigint[], p_model text)
  returns bigint[]
  set enable_seqscan=off
');

select _verify_function('_add_embeddings', '
  volatile parallel unsafe security invoker (p_memory_ids bigint[], p_memories jsonb,
  p_embeddings vector[], p_model text)
  returns void
  set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
');

select _verify_function('_add_outcomes', '
  volatile parallel unsafe security invoker (p_memory_ids bigint[], p_memories jsonb,
  p_existing bigint[])
  returns void
');

select _verify_function('_write_memories', '
  volatile parallel unsafe security invoker (p_memories jsonb, p_embeddings vector[],
  p_single boolean)
  returns TABLE(ordinal integer, memory_id bigint, inserted boolean, state text, stale
  boolean)
  set TimeZone=UTC set DateStyle=ISO, YMD set enable_seqscan=off
');

rollback;
