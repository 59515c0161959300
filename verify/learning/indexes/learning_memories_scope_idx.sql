-- Verify kodiai:learning/indexes/learning_memories_scope_idx on pg

begin;

set local search_path = :"schema", public;

select _verify_table('learning_memories', array[
  'index learning_memories_scope_idx btree (owner, repo) INCLUDE (id, embedding_code, '
  'embedding_model, outcome, severity, category, created_at, file_path)'
]);

rollback;
