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
-- Times pass through JSON, which not every time zone allows.
set timezone = 'UTC'
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
'Record a merged dependency bump.

A dependency bump is a pull request that only updates a dependency. Recording the same pull
request again changes nothing.

Arguments:
  p_repo: owner/name; repository of the pull request
  p_pr_number: 1 or more; pull request number
  p_merged_at: years 1 to 9999; when it was merged; null if unknown
  p_delivery_id: 1 to 200 characters; webhook delivery that reported the merge; null if unknown
  p_source: dependabot | renovate | unknown; bot that opened the pull request; null if not
    determined
  p_signals: any JSON; evidence that the pull request is a dependency bump; null if none
  p_package_name: 1 to 500 characters; package that was updated; null if unknown
  p_old_version: 1 to 200 characters; version before the update; null if unknown
  p_new_version: 1 to 200 characters; version after the update; null if unknown
  p_semver_bump_type: major | minor | patch | unknown; size of the version change; null if not
    determined
  p_merge_confidence_level: high | medium | low; how safe the merge looked; null if not determined
  p_merge_confidence_rationale: any JSON; reasons for the confidence level; null if none
  p_advisory_status: none | present | unknown; whether a security advisory applied; null if not
    determined
  p_advisory_max_severity: critical | high | medium | low | unknown; highest severity of the
    advisories; null if not determined
  p_is_security_bump: whether the new version fixes a vulnerability; null if unknown

Result: one row, a RecordedMerge.
  merge_id: id of the record
  inserted: false if this pull request was already recorded; it is left unchanged

Errors:
  22004: a required argument is null; the message names it
  22023: an argument is invalid; the message names it
  40001: a concurrent transaction deleted the existing record or, under repeatable read or
    serializable, recorded the same pull request; retry the transaction

Example:
  p_repo => ''acme/api''
  p_pr_number => 7
  p_source => ''dependabot''
  p_package_name => ''requests''';

grant execute on function record_dep_bump_merge to :"app";

commit;
