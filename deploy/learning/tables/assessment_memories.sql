-- Deploy kodiai:learning/tables/assessment_memories to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create table assessment_memories (
  id bigint not null generated always as identity,
  created_at timestamptz not null default _now(),
  assessment_id bigint not null,
  memory_id bigint not null,
  weight double precision not null,
  constraint assessment_memories_pkey primary key (id),
  constraint assessment_memories_key unique (memory_id, assessment_id),
  constraint assessment_memories_assessment_id_fkey foreign key (assessment_id)
  references assessments (id) on delete cascade,
  constraint assessment_memories_memory_id_fkey foreign key (memory_id)
  references learning_memories (id) on delete cascade,
  constraint assessment_memories_weight_check check (weight between -1 and 1)
);

create index assessment_memories_assessment_id_idx on assessment_memories (assessment_id);

comment on table assessment_memories is
'One row per assessment and memory that was evidence in it.';
comment on column assessment_memories.id is 'Id of the piece of evidence.';
comment on column assessment_memories.created_at is 'When it was recorded.';
comment on column assessment_memories.assessment_id is 'The assessment.';
comment on column assessment_memories.memory_id is 'The memory.';
comment on column assessment_memories.weight is
'Its share of the evidence, -1 to 1; positive if it spoke for suppression.';

commit;
