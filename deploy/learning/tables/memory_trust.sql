-- Deploy kodiai:learning/tables/memory_trust to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create table memory_trust (
  id bigint not null generated always as identity,
  created_at timestamptz not null default _now(),
  memory_id bigint not null,
  confirmed double precision not null default 0,
  contradicted double precision not null default 0,
  constraint memory_trust_pkey primary key (id),
  constraint memory_trust_key unique (memory_id),
  constraint memory_trust_memory_id_fkey foreign key (memory_id)
  references learning_memories (id) on delete cascade
)
-- Often updated, in no indexed column.
with (fillfactor = 80);

comment on table memory_trust is
'One row per memory that spoke for suppressing findings of which the outcome is known.';
comment on column memory_trust.id is 'Id of the record.';
comment on column memory_trust.created_at is 'When the first outcome became known.';
comment on column memory_trust.memory_id is 'The memory.';
comment on column memory_trust.confirmed is
'Sum of its shares of the evidence about findings that were not wanted.';
comment on column memory_trust.contradicted is
'Sum of its shares of the evidence about findings that were wanted.';

commit;
