-- Verify kodiai:learning/tables/memory_trust on pg

begin;

set local search_path = :"schema", public;

select _verify_table('memory_trust', array[
  'column memory_id bigint not null',
  'column created_at timestamp with time zone not null default _now()',
  'column confirmed double precision not null default 0',
  'column contradicted double precision not null default 0',
  'constraint memory_trust_pkey PRIMARY KEY (memory_id)',
  'constraint memory_trust_memory_id_fkey FOREIGN KEY (memory_id) REFERENCES '
  'learning_memories(id) ON DELETE CASCADE',
  'index memory_trust_pkey btree (memory_id)',
  'with fillfactor=80'
]);

rollback;
