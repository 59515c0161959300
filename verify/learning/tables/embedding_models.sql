-- Verify kodiai:learning/tables/embedding_models on pg

begin;

set local search_path = :"schema", public;

select _verify_table('embedding_models', array[
  'column id bigint not null identity',
  'column created_at timestamp with time zone not null default _now()',
  'column embedding_model model_name not null',
  'column embedding_dim integer not null default _embedding_dim()',
  'column state model_state not null default ''inactive''::text',
  'column slot smallint not null default 1',
  'column began_at timestamp with time zone',
  'column began_with natural_number',
  'column activated_at timestamp with time zone',
  'column calibrated_at timestamp with time zone',
  'column pairs natural_number',
  'column mean_similarity double precision',
  'column deviation double precision',
  'constraint embedding_models_dim_check CHECK ((embedding_dim = _embedding_dim()))',
  'constraint embedding_models_slot_check CHECK ((slot = ANY (ARRAY[1, 2])))',
  'constraint embedding_models_calibrated_check CHECK ((num_nulls(calibrated_at, '
  'pairs, mean_similarity, deviation) = ANY (ARRAY[0, 4])))',
  'constraint embedding_models_deviation_check CHECK ((deviation > (0)::double '
  'precision))',
  'constraint embedding_models_pkey PRIMARY KEY (id)',
  'constraint embedding_models_key UNIQUE (embedding_model)',
  'index embedding_models_pkey btree (id)',
  'index embedding_models_key btree (embedding_model)',
  'index embedding_models_active_idx btree (state) WHERE ((state)::text = ANY '
  '(ARRAY[''active''::text, ''next''::text]))',
  'index embedding_models_slot_idx btree (slot) WHERE (slot = 2)'
]);

rollback;
