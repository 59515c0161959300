-- Deploy kodiai:learning/tables/similarity_calibrations to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create table similarity_calibrations (
  id bigint not null generated always as identity,
  created_at timestamptz not null default _now(),
  embedding_model model_name not null,
  pairs natural_number not null,
  mean_similarity double precision not null,
  deviation double precision not null,
  constraint similarity_calibrations_pkey primary key (id),
  constraint similarity_calibrations_key unique (embedding_model),
  constraint similarity_calibrations_deviation_check check (deviation > 0)
);

comment on table similarity_calibrations is
'How similar the embeddings of a model are that have nothing to do with each other: one row per '
'model that was calibrated (calibrate_similarity).';
comment on column similarity_calibrations.id is 'Calibration id.';
comment on column similarity_calibrations.created_at is 'When the model was last calibrated.';
comment on column similarity_calibrations.embedding_model is
'Name of the model, as in learning_memories.';
comment on column similarity_calibrations.pairs is
'Number of pairs of memories that were compared, each of one repository.';
comment on column similarity_calibrations.mean_similarity is
'Mean cosine similarity of these pairs, -1 to 1.';
comment on column similarity_calibrations.deviation is
'Standard deviation of these similarities.';

commit;
