-- Verify kodiai:learning/transfer on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_describe_memories', '
  stable parallel safe security invoker (p_memory_ids bigint[])
  returns TABLE(memory_id bigint, memory jsonb, embedding vector)
  set TimeZone=UTC set enable_seqscan=off
');

select _verify_function('_comparable_memory', '
  immutable parallel safe security invoker (p_memory jsonb)
  returns jsonb
');

select _verify_function('_check_parts', '
  stable parallel safe security invoker (p_table text, p_memories jsonb, p_part text,
  p_type text, p_keys text[])
  returns void
');

select _verify_function('_check_imported_voices', '
  stable parallel safe security invoker (p_memories jsonb)
  returns void
');

select _verify_function('_imported_rules', '
  stable parallel safe security invoker (p_memory jsonb)
  returns TABLE(key text, is_valid boolean, expected text, got text)
');

select _verify_function('_check_imported', '
  stable parallel safe security invoker (p_memories jsonb)
  returns void
');

select _verify_function('_shares_text', '
  stable parallel safe security invoker (p_memory_id bigint, p_memory jsonb)
  returns boolean
  set enable_seqscan=off
');

select _verify_function('_find_origin', '
  stable parallel safe security invoker (p_origin_id bigint, p_created_at timestamp
  with time zone)
  returns bigint[]
  set enable_seqscan=off
');

select _verify_function('_find_imported', '
  stable parallel safe security invoker (p_memories jsonb)
  returns bigint[]
  set TimeZone=UTC set DateStyle=ISO, YMD
');

select _verify_function('_draw_ids', '
  volatile parallel unsafe security invoker (p_sequence text, p_ids bigint[])
  returns bigint[]
');

select _verify_function('_assign_ids', '
  volatile parallel unsafe security invoker (p_memories jsonb, p_known bigint[])
  returns bigint[]
  set TimeZone=UTC set DateStyle=ISO, YMD
');

select _verify_function('_insert_new_memories', '
  volatile parallel unsafe security invoker (p_memories jsonb, p_embeddings vector[],
  p_ids bigint[], p_model text)
  returns bigint[]
');

select _verify_function('_localize_change', '
  stable parallel safe security invoker (p_change jsonb, p_repo text)
  returns jsonb
  set enable_seqscan=off
');

select _verify_function('_insert_parts', '
  volatile parallel unsafe security invoker (p_memory_ids bigint[], p_memories jsonb)
  returns void
  set TimeZone=UTC set DateStyle=ISO, YMD
');

select _verify_function('_insert_history', '
  volatile parallel unsafe security invoker (p_memory_ids bigint[], p_memories jsonb)
  returns void
  set TimeZone=UTC set DateStyle=ISO, YMD
');

select _verify_function('_record_origins', '
  volatile parallel unsafe security invoker (p_memory_ids bigint[], p_memories jsonb)
  returns void
  set TimeZone=UTC set DateStyle=ISO, YMD
');

select _verify_function('_link_successors', '
  volatile parallel unsafe security invoker (p_memory_ids bigint[])
  returns void
  set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
');

select _verify_function('_check_cycles', '
  stable parallel safe security invoker (p_memory_ids bigint[], p_memories jsonb)
  returns void
  set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
');

select _verify_function('_replace_memories', '
  volatile parallel unsafe security invoker (p_memory_ids bigint[], p_memories jsonb,
  p_embeddings vector[], p_model text)
  returns void
  set TimeZone=UTC set DateStyle=ISO, YMD set enable_seqscan=off set
  enable_hashjoin=off set enable_mergejoin=off
');

select _verify_function('_differ', '
  stable parallel safe security invoker (p_memory_ids bigint[], p_memories jsonb,
  p_embeddings vector[])
  returns boolean[]
');

select _verify_function('_lock_superseding', '
  volatile parallel unsafe security invoker (p_memories jsonb)
  returns void
');

select _verify_function('_write_imported', '
  volatile parallel unsafe security invoker (p_memory_ids bigint[], p_memories jsonb,
  p_embeddings vector[], p_actions text[], p_model text)
  returns void
');

select _verify_function('_choose_actions', '
  stable parallel safe security invoker (p_memory_ids bigint[], p_memories jsonb,
  p_embeddings vector[], p_inserted bigint[], p_on_conflict text)
  returns text[]
');

select _verify_function('_import_memories', '
  volatile parallel unsafe security invoker (p_memories jsonb, p_embeddings vector[],
  p_on_conflict text)
  returns TABLE(ordinal integer, memory_id bigint, action text)
  set enable_seqscan=off
');

rollback;
