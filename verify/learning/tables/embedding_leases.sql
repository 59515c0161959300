-- Verify kodiai:learning/tables/embedding_leases on pg

begin;

set local search_path = :"schema", public;

select _verify_table('embedding_leases', array[
  'column id bigint not null identity',
  'column created_at timestamp with time zone not null default _now()',
  'column memory_id bigint not null',
  'column embedding_model model_name not null',
  'column lease uuid not null',
  'column expires_at timestamp with time zone not null',
  'column attempts natural_number not null default 1',
  'column reason short_text',
  'constraint embedding_leases_pkey PRIMARY KEY (id)',
  'constraint embedding_leases_key UNIQUE (memory_id, embedding_model)',
  'constraint embedding_leases_memory_id_fkey FOREIGN KEY (memory_id) REFERENCES '
  'learning_memories(id) ON DELETE CASCADE',
  'index embedding_leases_pkey btree (id)',
  'index embedding_leases_key btree (memory_id, embedding_model)',
  'index embedding_leases_model_idx btree (embedding_model, reason)'
]);

rollback;
