-- Verify kodiai:learning/tables/memory_findings on pg

begin;

set local search_path = :"schema", public;

select _verify_table('memory_findings', array[
  'column id bigint not null identity',
  'column created_at timestamp with time zone not null default _now()',
  'column finding_id bigint not null',
  'column memory_id bigint not null',
  'constraint memory_findings_pkey PRIMARY KEY (id)',
  'constraint memory_findings_key UNIQUE (finding_id, memory_id)',
  'constraint memory_findings_memory_id_fkey FOREIGN KEY (memory_id) REFERENCES '
  'learning_memories(id) ON DELETE CASCADE',
  'index memory_findings_pkey btree (id)',
  'index memory_findings_key btree (finding_id, memory_id)',
  'index memory_findings_memory_id_idx btree (memory_id)'
]);

rollback;
