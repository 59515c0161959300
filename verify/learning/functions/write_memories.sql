-- Verify kodiai:learning/functions/write_memories on pg

begin;

set local search_path = :"schema", public;

select _verify_function('write_memories', '
  volatile parallel unsafe security definer (p_memories jsonb, p_embeddings vector[]
  DEFAULT NULL::vector[])
  returns TABLE(ordinal integer, memory_id bigint, inserted boolean, state text, stale
  boolean)
', '{app}');

rollback;
