-- Verify kodiai:learning/functions/import_memories on pg

begin;

set local search_path = :"schema", public;

select _verify_function('import_memories', '
  volatile parallel unsafe security definer (p_memories jsonb, p_embeddings vector[]
  DEFAULT NULL::vector[], p_on_conflict text DEFAULT ''keep''::text)
  returns TABLE(ordinal integer, memory_id bigint, action text)
', '{app}');

rollback;
