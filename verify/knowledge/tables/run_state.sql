-- Verify kodiai:knowledge/tables/run_state on pg

begin;

set local search_path = :"schema", public;

select _verify_table('run_state', array[
  'column id bigint not null identity',
  'column created_at timestamp with time zone not null default now()',
  'column run_key text not null',
  'column repo repo_name not null',
  'column pr_number bigint not null',
  'column base_sha text not null',
  'column head_sha text not null',
  'column delivery_id text not null',
  'column action text not null',
  'column status run_status not null default ''pending''::text',
  'column completed_at timestamp with time zone',
  'column superseded_by text',
  'constraint run_state_pr_number_check CHECK ((pr_number > 0))',
  'constraint run_state_pkey PRIMARY KEY (id)',
  'constraint run_state_run_key_key UNIQUE (run_key)',
  'index run_state_pkey btree (id)',
  'index run_state_run_key_key btree (run_key)',
  'index run_state_repo_pr_number_idx btree (repo, pr_number)',
  'index run_state_status_idx btree (status)'
]);

rollback;
