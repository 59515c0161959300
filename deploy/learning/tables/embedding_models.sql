-- Deploy kodiai:learning/tables/embedding_models to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create table embedding_models (
  id bigint not null generated always as identity,
  created_at timestamptz not null default _now(),
  embedding_model model_name not null,
  embedding_dim integer not null default _embedding_dim(),
  state model_state not null default 'inactive',
  slot smallint not null default 1,
  began_at timestamptz,
  began_with natural_number,
  activated_at timestamptz,
  calibrated_at timestamptz,
  pairs natural_number,
  mean_similarity double precision,
  deviation double precision,
  constraint embedding_models_pkey primary key (id),
  constraint embedding_models_key unique (embedding_model),
  constraint embedding_models_dim_check check (embedding_dim = _embedding_dim()),
  constraint embedding_models_slot_check check (slot in (1, 2)),
  constraint embedding_models_calibrated_check check (
    num_nulls(calibrated_at, pairs, mean_similarity, deviation) in (0, 4)
  ),
  constraint embedding_models_deviation_check check (deviation > 0)
);

create unique index embedding_models_active_idx on embedding_models (state)
where state in ('active', 'next');

-- Rows of the second slot do not name their model.
create unique index embedding_models_slot_idx on embedding_models (slot)
where slot = 2;

comment on table embedding_models is
'The embedding models that were active, re-embedded into or calibrated, one row each.';
comment on column embedding_models.id is 'Id of the model.';
comment on column embedding_models.created_at is 'When the model was first named.';
comment on column embedding_models.embedding_model is
'Name of the model, as in learning_memories.';
comment on column embedding_models.embedding_dim is
'Number of dimensions of its embeddings; the same for all models of the schema.';
comment on column embedding_models.state is
'active: searches and writes use it unless they name another. next: memories are being re-embedded '
'into it. former: another one is active, and its embeddings are to be deleted. inactive: none of '
'these.';
comment on column embedding_models.slot is
'Which columns of learning_memories have its embeddings. 1: embedding. 2: second_embedding. A '
'model is re-embedded into the slot that the active one does not use.';
comment on column embedding_models.began_at is
'When re-embedding into it began; null if it never did.';
comment on column embedding_models.began_with is
'How many memories had an embedding of it then; null likewise.';
comment on column embedding_models.activated_at is
'When it last became the active one; null if it never was.';
comment on column embedding_models.calibrated_at is
'When calibrate_similarity last measured it; null if never.';
comment on column embedding_models.pairs is
'Number of pairs of memories that were compared, each of one repository; null if not calibrated.';
comment on column embedding_models.mean_similarity is
'Mean cosine similarity of these pairs, -1 to 1; null if not calibrated.';
comment on column embedding_models.deviation is
'Standard deviation of these similarities; null if not calibrated.';

commit;
