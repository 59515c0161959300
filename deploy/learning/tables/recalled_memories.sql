-- Deploy kodiai:learning/tables/recalled_memories to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create table recalled_memories (
  id bigint not null generated always as identity,
  created_at timestamptz not null default _now(),
  repo repo_name not null,
  delivery_id short_name not null,
  pr_number positive_number,
  memory_id bigint not null,
  constraint recalled_memories_pkey primary key (id),
  constraint recalled_memories_key unique (repo, delivery_id, memory_id),
  constraint recalled_memories_memory_id_fkey foreign key (memory_id)
  references learning_memories (id) on delete cascade
);

create index recalled_memories_memory_id_idx on recalled_memories (memory_id);

create index recalled_memories_created_at_idx on recalled_memories (created_at);

comment on table recalled_memories is 'One row per review and memory that it was given.';
comment on column recalled_memories.id is 'Id of the recall.';
comment on column recalled_memories.created_at is 'When it was recorded.';
comment on column recalled_memories.repo is 'Repository of the review, owner/name in lower case.';
comment on column recalled_memories.delivery_id is 'Webhook delivery of the review.';
comment on column recalled_memories.pr_number is 'Pull request number; null if unknown.';
comment on column recalled_memories.memory_id is 'Memory that the review was given.';

commit;
