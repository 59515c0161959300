-- Verify kodiai:learning/tables/learning_memories on pg

begin;

set local search_path = :"schema", public;

select vector_dims(_quantization_levels()) as code_length
\gset

select _verify_table('learning_memories', array[
  'column id bigint not null identity',
  'column created_at timestamp with time zone not null default _now()',
  'column repo repo_name not null',
  'column owner owner_name not null',
  'column finding_id bigint',
  'column review_id bigint',
  'column source_repo repo_name not null',
  'column finding_text long_text not null',
  'column severity severity not null',
  'column category category not null',
  'column file_path file_path not null',
  'column language short_name',
  'column outcome outcome not null',
  'column embedding_model model_name not null',
  'column embedding_dim integer not null default _embedding_dim()',
  'column embedding vector(' || :'embedding_dim' || ')',
  format('column embedding_code bit(%s) generated _quantize(embedding)', :code_length),
  'column second_embedding vector(' || :'embedding_dim' || ')',
  format('column second_code bit(%s) generated _quantize(second_embedding)', :code_length),
  'column stale boolean not null default false',
  'column state memory_state not null default ''active''::text',
  'column retired_at timestamp with time zone',
  'column retired_reason long_text',
  'column superseded_by bigint',
  'column metadata metadata not null default ''{}''::jsonb',
  'column search_tsv tsvector',
  'constraint learning_memories_owner_check CHECK (((owner)::text = '
  'split_part((repo)::text, ''/''::text, 1)))',
  'constraint learning_memories_embedding_dim_check CHECK ((embedding_dim = '
  '_embedding_dim()))',
  'constraint learning_memories_retired_check CHECK (((((state)::text = '
  '''retired''::text) = (retired_at IS NOT NULL)) AND (((state)::text = '
  '''retired''::text) OR (num_nonnulls(retired_reason, superseded_by) = 0))))',
  'constraint learning_memories_pkey PRIMARY KEY (id)',
  'constraint learning_memories_key UNIQUE (repo, finding_id)',
  'constraint learning_memories_superseded_by_fkey FOREIGN KEY (superseded_by) '
  'REFERENCES learning_memories(id) ON DELETE SET NULL',
  'index learning_memories_pkey btree (id)',
  'index learning_memories_key btree (repo, finding_id)',
  'index learning_memories_superseded_by_idx btree (superseded_by) WHERE '
  '(superseded_by IS NOT NULL)',
  'with fillfactor=45'
]);

rollback;
