-- Verify kodiai:learning/tables/similarity_calibrations on pg

begin;

set local search_path = :"schema", public;

select _verify_table('similarity_calibrations', array[
  'column id bigint not null identity',
  'column created_at timestamp with time zone not null default _now()',
  'column embedding_model model_name not null',
  'column pairs natural_number not null',
  'column mean_similarity double precision not null',
  'column deviation double precision not null',
  'constraint similarity_calibrations_deviation_check CHECK ((deviation > '
  '(0)::double precision))',
  'constraint similarity_calibrations_pkey PRIMARY KEY (id)',
  'constraint similarity_calibrations_key UNIQUE (embedding_model)',
  'index similarity_calibrations_pkey btree (id)',
  'index similarity_calibrations_key btree (embedding_model)'
]);

rollback;
