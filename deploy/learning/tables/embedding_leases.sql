-- Deploy kodiai:learning/tables/embedding_leases to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create table embedding_leases (
  id bigint not null generated always as identity,
  created_at timestamptz not null default _now(),
  memory_id bigint not null,
  embedding_model model_name not null,
  lease uuid not null,
  expires_at timestamptz not null,
  attempts natural_number not null default 1,
  reason short_text,
  constraint embedding_leases_pkey primary key (id),
  constraint embedding_leases_key unique (memory_id, embedding_model),
  constraint embedding_leases_memory_id_fkey foreign key (memory_id)
  references learning_memories (id) on delete cascade
);

create index embedding_leases_model_idx on embedding_leases (embedding_model, reason);

comment on table embedding_leases is
'Memories that a worker is embedding, or failed to: one row per memory and model, from '
'claim_memories_to_embed until save_embeddings.';
comment on column embedding_leases.id is 'Id of the row.';
comment on column embedding_leases.created_at is 'When the memory was first claimed.';
comment on column embedding_leases.memory_id is 'The memory.';
comment on column embedding_leases.embedding_model is
'The model of the embedding that it waits for.';
comment on column embedding_leases.lease is
'Names the claim. Only who knows it can save, so that a late worker cannot save over its heir.';
comment on column embedding_leases.expires_at is
'When the memory can be claimed again; infinity after the last attempt.';
comment on column embedding_leases.attempts is 'How often it was claimed.';
comment on column embedding_leases.reason is
'Why the last attempt failed; null while a worker is embedding it.';

commit;
