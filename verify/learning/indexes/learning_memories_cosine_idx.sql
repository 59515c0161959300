-- Verify kodiai:learning/indexes/learning_memories_cosine_idx on pg

begin;

set local search_path = :"schema", public;

-- When off, an index that was built later is fine.
\if :cosine_index
select _verify_table('learning_memories', array[
  'index learning_memories_cosine_idx hnsw (embedding vector_cosine_ops) WITH '
  '(m=''16'', ef_construction=''64'')'
]);
\endif

rollback;
