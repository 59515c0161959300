-- Verify kodiai:learning/tables/active_embedding_model on pg

begin;

set local search_path = :"schema", public;

select _verify_table('active_embedding_model', array[
  'column id smallint not null default 1',
  'column created_at timestamp with time zone not null default _now()',
  'column embedding_model model_name not null',
  'constraint active_embedding_model_id_check CHECK ((id = 1))',
  'constraint active_embedding_model_pkey PRIMARY KEY (id)',
  'index active_embedding_model_pkey btree (id)'
]);

rollback;
