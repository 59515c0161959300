-- Verify kodiai:knowledge/tables/dep_bump_merge_history on pg

begin;

set local search_path = :"schema", public;

select _verify_table('dep_bump_merge_history', array[
  'column id bigint not null identity',
  'column created_at timestamp with time zone not null default _now()',
  'column repo repo_name not null',
  'column pr_number positive_number not null',
  'column merged_at timestamp with time zone',
  'column delivery_id short_name',
  'column source dependency_source',
  'column signals jsonb',
  'column package_name short_text',
  'column old_version short_name',
  'column new_version short_name',
  'column semver_bump_type semver_bump_type',
  'column merge_confidence_level merge_confidence',
  'column merge_confidence_rationale jsonb',
  'column advisory_status advisory_status',
  'column advisory_max_severity advisory_severity',
  'column is_security_bump boolean',
  'constraint dep_bump_merge_history_pkey PRIMARY KEY (id)',
  'constraint dep_bump_merge_history_key UNIQUE (repo, pr_number)',
  'index dep_bump_merge_history_pkey btree (id)',
  'index dep_bump_merge_history_key btree (repo, pr_number)',
  'index dep_bump_merge_history_repo_created_at_idx btree (repo, created_at DESC)',
  'index dep_bump_merge_history_repo_package_name_idx btree (repo, package_name)'
]);

rollback;
