-- Deploy kodiai:learning/tables/active_embedding_model to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create table active_embedding_model (
  id smallint not null default 1,
  created_at timestamptz not null default _now(),
  embedding_model model_name not null,
  constraint active_embedding_model_pkey primary key (id),
  constraint active_embedding_model_id_check check (id = 1)
);

comment on table active_embedding_model is
'The active model: the default of p_embedding_model in searches and writes. At most one row, '
'inserted by the first write of an embedding or by set_embedding_model.';
comment on column active_embedding_model.id is 'Always 1.';
comment on column active_embedding_model.created_at is
'When this model became the active one.';
comment on column active_embedding_model.embedding_model is
'Name of the model, as in learning_memories.';

commit;
