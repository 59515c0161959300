-- Deploy kodiai:knowledge/functions/record_dep_bump_merge to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function record_dep_bump_merge(
  p_repo text,
  p_pr_number bigint,
  p_merged_at timestamptz default null,
  p_delivery_id text default null,
  p_source text default null,
  p_signals jsonb default null,
  p_package_name text default null,
  p_old_version text default null,
  p_new_version text default null,
  p_semver_bump_type text default null,
  p_merge_confidence_level text default null,
  p_merge_confidence_rationale jsonb default null,
  p_advisory_status text default null,
  p_advisory_max_severity text default null,
  p_is_security_bump boolean default null
)
returns table (merge_id bigint, inserted boolean)
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
begin
  return query
  select r.id, r.inserted
  from _insert_or_get(
    'dep_bump_merge_history',
    jsonb_build_object(
      'repo', p_repo,
      'pr_number', p_pr_number,
      'merged_at', p_merged_at,
      'delivery_id', p_delivery_id,
      'source', p_source,
      'signals', p_signals,
      'package_name', p_package_name,
      'old_version', p_old_version,
      'new_version', p_new_version,
      'semver_bump_type', p_semver_bump_type,
      'merge_confidence_level', p_merge_confidence_level,
      'merge_confidence_rationale', p_merge_confidence_rationale,
      'advisory_status', p_advisory_status,
      'advisory_max_severity', p_advisory_max_severity,
      'is_security_bump', p_is_security_bump
    ),
    array['repo', 'pr_number']
  ) as r;
end
$$;

comment on function record_dep_bump_merge is
'Records that a pull request which only raises a dependency was merged. The same pull
request can be recorded again without effect.
Arguments: p_repo, owner/name. p_pr_number. p_merged_at. p_delivery_id: webhook delivery
that told of it. p_source: dependabot, renovate or unknown. p_signals: JSON, what showed
that it is a bump. p_package_name, 1 to 500 characters. p_old_version, p_new_version.
p_semver_bump_type: major, minor, patch or unknown. p_merge_confidence_level: high, medium
or low, with p_merge_confidence_rationale, JSON. p_advisory_status: none, present or
unknown. p_advisory_max_severity: critical, high, medium, low or unknown.
p_is_security_bump: whether the new version mends a vulnerability.
Result: one row. merge_id. inserted: false where this pull request was there already; that
row is not changed.
Errors: 22004 and 22023 with the argument; nothing is written then. 40001 under
repeatable read, when another transaction has just recorded the same: try again.';

grant execute on function record_dep_bump_merge to :"app";

commit;
