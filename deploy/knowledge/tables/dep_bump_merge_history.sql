-- Deploy kodiai:knowledge/tables/dep_bump_merge_history to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create table dep_bump_merge_history (
  id bigint not null generated always as identity,
  created_at timestamptz not null default _now(),
  repo repo_name not null,
  pr_number positive_number not null,
  merged_at timestamptz,
  delivery_id short_name,
  source dependency_source,
  signals jsonb,
  package_name short_text,
  old_version short_name,
  new_version short_name,
  semver_bump_type semver_bump_type,
  merge_confidence_level merge_confidence,
  merge_confidence_rationale jsonb,
  advisory_status advisory_status,
  advisory_max_severity advisory_severity,
  is_security_bump boolean,
  constraint dep_bump_merge_history_pkey primary key (id),
  constraint dep_bump_merge_history_key unique (repo, pr_number)
);

create index dep_bump_merge_history_repo_created_at_idx
on dep_bump_merge_history (repo, created_at desc);
create index dep_bump_merge_history_repo_package_name_idx
on dep_bump_merge_history (repo, package_name);

comment on table dep_bump_merge_history is
'One row per merged pull request that only raised a dependency.';
comment on column dep_bump_merge_history.id is 'Number of the row.';
comment on column dep_bump_merge_history.created_at is 'When the merge was recorded.';
comment on column dep_bump_merge_history.repo is 'Repository, owner/name.';
comment on column dep_bump_merge_history.pr_number is
'Number of the pull request in its repository.';
comment on column dep_bump_merge_history.merged_at is 'When it was merged.';
comment on column dep_bump_merge_history.delivery_id is
'Webhook delivery that told of the merge.';
comment on column dep_bump_merge_history.source is 'Bot that raised the dependency.';
comment on column dep_bump_merge_history.signals is
'What showed that this is a dependency bump.';
comment on column dep_bump_merge_history.package_name is 'Package that was raised.';
comment on column dep_bump_merge_history.old_version is 'Version before.';
comment on column dep_bump_merge_history.new_version is 'Version after.';
comment on column dep_bump_merge_history.semver_bump_type is
'How far the version moved.';
comment on column dep_bump_merge_history.merge_confidence_level is
'How safe the merge looked.';
comment on column dep_bump_merge_history.merge_confidence_rationale is
'Why it looked so.';
comment on column dep_bump_merge_history.advisory_status is
'Whether a security advisory was known.';
comment on column dep_bump_merge_history.advisory_max_severity is
'The worst advisory known.';
comment on column dep_bump_merge_history.is_security_bump is
'Whether the new version mends a vulnerability.';

commit;
