-- Verify kodiai:search/indexes on pg

begin;

set local search_path = :"schema", public;

select _verify_table('learning_memories', array[
  'index learning_memories_scope_idx btree (owner, repo, severity, category, outcome) '
  'INCLUDE (id, embedding_code, embedding_model, created_at, file_path, '
  'second_code)',
  'index learning_memories_embedding_idx hnsw (embedding_code bit_hamming_ops) '
  'WITH (m=''16'', ef_construction=''64'')',
  'index learning_memories_second_embedding_idx hnsw (second_code bit_hamming_ops) '
  'WITH (m=''16'', ef_construction=''64'')',
  'index learning_memories_metadata_idx gin (metadata jsonb_path_ops)',
  'index learning_memories_text_idx btree (hashtextextended((finding_text)::text, '
  '(0)::bigint))',
  'index learning_memories_search_tsv_idx gin (search_tsv)'
]);

select _verify_table('findings', array[
  'index findings_search_tsv_idx gin (search_tsv)'
]);

rollback;
