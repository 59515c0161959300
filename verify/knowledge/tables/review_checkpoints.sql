-- Verify kodiai:knowledge/tables/review_checkpoints on pg

begin;

set local search_path = :"schema", public;

select _verify_table('review_checkpoints', array[
  'column id bigint not null identity',
  'column created_at timestamp with time zone not null default _now()',
  'column updated_at timestamp with time zone not null default _now()',
  'column review_output_key short_text not null',
  'column repo repo_name not null',
  'column pr_number positive_number not null',
  'column checkpoint_data jsonb_object not null',
  'column partial_comment_id positive_number',
  'constraint review_checkpoints_pkey PRIMARY KEY (id)',
  'constraint review_checkpoints_review_output_key_key UNIQUE (review_output_key)',
  'index review_checkpoints_pkey btree (id)',
  'index review_checkpoints_review_output_key_key btree (review_output_key)',
  'index review_checkpoints_repo_pr_number_idx btree (repo, pr_number)'
]);

rollback;
