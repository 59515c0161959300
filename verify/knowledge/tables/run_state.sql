-- Verify kodiai:knowledge/tables/run_state on pg

begin;

set local search_path = :"schema", public;

select _verify_table('run_state', array[
  'column id bigint not null identity',
  'column created_at timestamp with time zone not null default _now()',
  'column run_key short_text not null',
  'column repo repo_name not null',
  'column pr_number positive_number not null',
  'column base_sha short_name not null',
  'column head_sha short_name not null',
  'column delivery_id short_name not null',
  'column action short_name not null',
  'column status run_status not null default ''pending''::text',
  'column completed_at timestamp with time zone',
  'column superseded_by short_text',
  'constraint run_state_pkey PRIMARY KEY (id)',
  'constraint run_state_run_key_key UNIQUE (run_key)',
  'index run_state_pkey btree (id)',
  'index run_state_run_key_key btree (run_key)',
  'index run_state_repo_pr_number_idx btree (repo, pr_number)',
  'index run_state_status_idx btree (status)',
  'index run_state_created_at_idx btree (created_at)'
]);

rollback;
