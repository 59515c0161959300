-- Verify kodiai:learning/tables/recalled_memories on pg

begin;

set local search_path = :"schema", public;

select _verify_table('recalled_memories', array[
  'column id bigint not null identity',
  'column created_at timestamp with time zone not null default _now()',
  'column repo repo_name not null',
  'column delivery_id short_name not null',
  'column pr_number positive_number',
  'column memory_id bigint not null',
  'constraint recalled_memories_pkey PRIMARY KEY (id)',
  'constraint recalled_memories_key UNIQUE (repo, delivery_id, memory_id)',
  'constraint recalled_memories_memory_id_fkey FOREIGN KEY (memory_id) REFERENCES '
  'learning_memories(id) ON DELETE CASCADE',
  'index recalled_memories_pkey btree (id)',
  'index recalled_memories_key btree (repo, delivery_id, memory_id)',
  'index recalled_memories_memory_id_idx btree (memory_id)',
  'index recalled_memories_created_at_idx btree (created_at)'
]);

rollback;
