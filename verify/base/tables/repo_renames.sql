-- Verify kodiai:base/tables/repo_renames on pg

begin;

set local search_path = :"schema", public;

select _verify_table('repo_renames', array[
  'column id bigint not null identity',
  'column created_at timestamp with time zone not null default _now()',
  'column old_repo repo_name not null',
  'column new_repo repo_name not null',
  'constraint repo_renames_pkey PRIMARY KEY (id)',
  'constraint repo_renames_key UNIQUE (old_repo)',
  'index repo_renames_pkey btree (id)',
  'index repo_renames_key btree (old_repo)',
  'index repo_renames_new_repo_idx btree (new_repo)'
]);

rollback;
