-- Deploy kodiai:learning/tables/memory_findings to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create table memory_findings (
  id bigint not null generated always as identity,
  created_at timestamptz not null default _now(),
  finding_id bigint not null,
  memory_id bigint not null,
  constraint memory_findings_pkey primary key (id),
  constraint memory_findings_key unique (finding_id, memory_id),
  constraint memory_findings_memory_id_fkey foreign key (memory_id)
  references learning_memories (id) on delete cascade
);

create index memory_findings_memory_id_idx on memory_findings (memory_id);

comment on table memory_findings is
'One row per further finding that repeated a memory, so that whatever is said about the finding '
'reaches the memory.';
comment on column memory_findings.id is 'Id of the repetition.';
comment on column memory_findings.created_at is 'When it joined the memory.';
comment on column memory_findings.finding_id is
'Finding that repeated it. No foreign key: memories may come from elsewhere.';
comment on column memory_findings.memory_id is 'Memory that it repeated.';

commit;
