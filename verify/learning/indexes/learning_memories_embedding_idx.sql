-- Verify kodiai:learning/indexes/learning_memories_embedding_idx on pg

begin;

set local search_path = :"schema", public;

select _verify_table('learning_memories', array[
  'index learning_memories_embedding_idx hnsw (embedding_code bit_hamming_ops) WITH '
  '(m=''16'', ef_construction=''64'')'
]);

rollback;
