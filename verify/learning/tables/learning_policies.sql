-- Verify kodiai:learning/tables/learning_policies on pg

begin;

set local search_path = :"schema", public;

select _verify_table('learning_policies', array[
  'column id bigint not null identity',
  'column created_at timestamp with time zone not null default _now()',
  'column owner owner_name not null',
  'column repo repo_name',
  'column trusted_associations text[] not null',
  'column untrusted untrusted not null',
  'column approval_delay age',
  'column max_per_person_day positive_number',
  'constraint learning_policies_owner_check CHECK (((owner)::text = '
  'split_part((repo)::text, ''/''::text, 1)))',
  'constraint learning_policies_pkey PRIMARY KEY (id)',
  'constraint learning_policies_key UNIQUE NULLS NOT DISTINCT (repo, owner)',
  'index learning_policies_pkey btree (id)',
  'index learning_policies_key btree (repo, owner) NULLS NOT DISTINCT',
  'index learning_policies_owner_idx btree (owner)'
]);

rollback;
