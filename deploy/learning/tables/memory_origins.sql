-- Deploy kodiai:learning/tables/memory_origins to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create table memory_origins (
  id bigint not null generated always as identity,
  created_at timestamptz not null default _now(),
  memory_id bigint not null,
  origin_id bigint not null,
  superseded_by bigint,
  superseded_by_created_at timestamptz,
  constraint memory_origins_pkey primary key (id),
  constraint memory_origins_key unique (memory_id),
  constraint memory_origins_memory_id_fkey foreign key (memory_id)
  references learning_memories (id) on delete cascade
);

create index memory_origins_origin_id_idx on memory_origins (origin_id);

create index memory_origins_superseded_by_idx on memory_origins (superseded_by)
where superseded_by is not null;

comment on table memory_origins is
'One row per imported memory that has another id than where it comes from, or that is superseded '
'by a memory that has not been imported yet.';
comment on column memory_origins.id is 'Id of the record.';
comment on column memory_origins.created_at is 'When the memory was imported.';
comment on column memory_origins.memory_id is 'The memory.';
comment on column memory_origins.origin_id is
'Its id in the schema that it comes from. Together with the created_at and the text of the memory '
'it says which memory it is (_find_imported).';
comment on column memory_origins.superseded_by is
'Id, in that schema, of the memory that replaces it; null if none, or if that one is here.';
comment on column memory_origins.superseded_by_created_at is
'When that one was learned; null if superseded_by is.';

commit;
