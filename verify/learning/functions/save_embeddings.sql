-- Verify kodiai:learning/functions/save_embeddings on pg

begin;

set local search_path = :"schema", public;

select _verify_function('save_embeddings', '
  volatile parallel unsafe security definer (p_embedding_model text, p_memory_ids
  bigint[], p_embeddings vector[], p_lease uuid)
  returns TABLE(memory_id bigint, saved boolean)
', '{app}');

rollback;
