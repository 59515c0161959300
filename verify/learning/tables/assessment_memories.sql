-- Verify kodiai:learning/tables/assessment_memories on pg

begin;

set local search_path = :"schema", public;

select _verify_table('assessment_memories', array[
  'column id bigint not null identity',
  'column created_at timestamp with time zone not null default _now()',
  'column assessment_id bigint not null',
  'column memory_id bigint not null',
  'column weight double precision not null',
  'constraint assessment_memories_weight_check CHECK (((weight >= '
  '(''-1''::integer)::double precision) AND (weight <= (1)::double precision)))',
  'constraint assessment_memories_pkey PRIMARY KEY (id)',
  'constraint assessment_memories_key UNIQUE (memory_id, assessment_id)',
  'constraint assessment_memories_assessment_id_fkey FOREIGN KEY (assessment_id) '
  'REFERENCES assessments(id) ON DELETE CASCADE',
  'constraint assessment_memories_memory_id_fkey FOREIGN KEY (memory_id) REFERENCES '
  'learning_memories(id) ON DELETE CASCADE',
  'index assessment_memories_pkey btree (id)',
  'index assessment_memories_key btree (memory_id, assessment_id)',
  'index assessment_memories_assessment_id_idx btree (assessment_id)'
]);

rollback;
