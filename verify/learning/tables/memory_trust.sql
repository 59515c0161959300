-- Verify kodiai:learning/tables/memory_trust on pg

begin;

set local search_path = :"schema", public;

select _verify_table('memory_trust', array[
  'column id bigint not null identity',
  'column created_at timestamp with time zone not null default _now()',
  'column memory_id bigint not null',
  'column confirmed double precision not null default 0',
  'column contradicted double precision not null default 0',
  'constraint memory_trust_pkey PRIMARY KEY (id)',
  'constraint memory_trust_key UNIQUE (memory_id)',
  'constraint memory_trust_memory_id_fkey FOREIGN KEY (memory_id) REFERENCES '
  'learning_memories(id) ON DELETE CASCADE',
  'index memory_trust_pkey btree (id)',
  'index memory_trust_key btree (memory_id)',
  'with fillfactor=80'
]);

rollback;
