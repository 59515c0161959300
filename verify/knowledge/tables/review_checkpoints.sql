-- Verify kodiai:knowledge/tables/review_checkpoints on pg

begin;

set local search_path = :"schema", public;

select _verify_table('review_checkpoints', array[
  'column id bigint not null identity',
  'column created_at timestamp with time zone not null default now()',
  'column review_output_key text not null',
  'column repo repo_name not null',
  'column pr_number bigint not null',
  'column checkpoint_data jsonb not null',
  'column partial_comment_id bigint',
  'constraint review_checkpoints_review_output_key_key UNIQUE (review_output_key)',
  'constraint review_checkpoints_pr_number_check CHECK ((pr_number > 0))',
  'constraint review_checkpoints_pkey PRIMARY KEY (id)',
  'index review_checkpoints_pkey btree (id)',
  'index review_checkpoints_review_output_key_key btree (review_output_key)'
]);

rollback;
