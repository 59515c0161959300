-- Verify kodiai:learning/tables/memory_origins on pg

begin;

set local search_path = :"schema", public;

select _verify_table('memory_origins', array[
  'column id bigint not null identity',
  'column created_at timestamp with time zone not null default _now()',
  'column memory_id bigint not null',
  'column origin_id bigint not null',
  'column superseded_by bigint',
  'column superseded_by_created_at timestamp with time zone',
  'constraint memory_origins_pkey PRIMARY KEY (id)',
  'constraint memory_origins_key UNIQUE (memory_id)',
  'constraint memory_origins_memory_id_fkey FOREIGN KEY (memory_id) REFERENCES '
  'learning_memories(id) ON DELETE CASCADE',
  'index memory_origins_pkey btree (id)',
  'index memory_origins_key btree (memory_id)',
  'index memory_origins_origin_id_idx btree (origin_id)',
  'index memory_origins_superseded_by_idx btree (superseded_by) WHERE '
  '(superseded_by IS NOT NULL)'
]);

rollback;
