-- Verify kodiai:learning/indexes/learning_memories_cosine_idx on pg

begin;

set local search_path = :"schema", public;

-- If cosine_index is off, accept an index built later.
\if :cosine_index
select _verify_table('learning_memories', array[
  'index learning_memories_cosine_idx hnsw (embedding vector_cosine_ops) WITH '
  '(m=''16'', ef_construction=''64'')'
]);
\endif

rollback;
