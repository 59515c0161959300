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
'One row per merged pull request that only updates a dependency.';
comment on column dep_bump_merge_history.id is 'Merge id.';
comment on column dep_bump_merge_history.created_at is 'When the merge was recorded.';
comment on column dep_bump_merge_history.repo is 'Repository, owner/name in lower case.';
comment on column dep_bump_merge_history.pr_number is 'Pull request number.';
comment on column dep_bump_merge_history.merged_at is 'When the pull request was merged.';
comment on column dep_bump_merge_history.delivery_id is 'Webhook delivery that reported the merge.';
comment on column dep_bump_merge_history.source is 'Bot that opened the pull request.';
comment on column dep_bump_merge_history.signals is
'Evidence that the pull request is a dependency bump.';
comment on column dep_bump_merge_history.package_name is 'Package that was updated.';
comment on column dep_bump_merge_history.old_version is 'Version before the update.';
comment on column dep_bump_merge_history.new_version is 'Version after the update.';
comment on column dep_bump_merge_history.semver_bump_type is 'Size of the version change.';
comment on column dep_bump_merge_history.merge_confidence_level is 'How safe the merge looked.';
comment on column dep_bump_merge_history.merge_confidence_rationale is
'Reasons for the confidence level.';
comment on column dep_bump_merge_history.advisory_status is 'Whether a security advisory applied.';
comment on column dep_bump_merge_history.advisory_max_severity is
'Highest severity of the advisories.';
comment on column dep_bump_merge_history.is_security_bump is
'Whether the new version fixes a vulnerability.';

commit;
