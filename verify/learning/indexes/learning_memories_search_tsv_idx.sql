-- Verify kodiai:learning/indexes/learning_memories_search_tsv_idx on pg

begin;

set local search_path = :"schema", public;

select _verify_table('learning_memories', array[
  'index learning_memories_search_tsv_idx gin (search_tsv)'
]);

rollback;
