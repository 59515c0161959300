-- Deploy kodiai:knowledge/functions/list_dep_bump_merges to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function list_dep_bump_merges(
  p_repo text,
  p_package_name text default null,
  p_days bigint default 365,
  p_limit bigint default 100
)
returns table (
  merge_id bigint,
  repo text,
  pr_number bigint,
  merged_at timestamptz,
  delivery_id text,
  source text,
  signals jsonb,
  package_name text,
  old_version text,
  new_version text,
  semver_bump_type text,
  merge_confidence_level text,
  merge_confidence_rationale jsonb,
  advisory_status text,
  advisory_max_severity text,
  is_security_bump boolean,
  created_at timestamptz
)
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
-- Custom plans: the best index depends on whether p_package_name is given.
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
begin
  p_repo := _check_argument('p_repo', p_repo, 'repo_name');
  perform _check_optional('p_package_name', p_package_name, 'short_text');
  perform _check_argument('p_days', p_days::text, 'day_count');
  perform _check_argument('p_limit', p_limit::text, 'row_limit');

  return query
  select
    m.id, m.repo::text, m.pr_number::bigint, m.merged_at, m.delivery_id::text, m.source::text,
    m.signals, m.package_name::text, m.old_version::text, m.new_version::text,
    m.semver_bump_type::text, m.merge_confidence_level::text, m.merge_confidence_rationale,
    m.advisory_status::text, m.advisory_max_severity::text, m.is_security_bump, m.created_at
  from dep_bump_merge_history as m
  where
    m.repo = p_repo
    and m.created_at >= _day_start(_period_start(p_days))
    and (p_package_name is null or m.package_name = p_package_name)
  order by m.created_at desc, m.id desc
  limit p_limit;
end
$$;

comment on function list_dep_bump_merges is
'List the merged dependency bumps of a repository.

A dependency bump is a pull request that only updates a dependency.

Arguments:
  p_repo: owner/name; repository of the pull requests
  p_package_name: 1 to 500 characters; only bumps of this package, spelled as it was recorded; null
    for all
  p_days: 1 to 3660; only merges recorded in the last p_days UTC days, including today
  p_limit: 1 to 1000; maximum number of rows

Result: rows, each a DepBumpMerge, last recorded first; ties are broken by merge_id, highest first.
  merge_id: id of the record
  repo: owner/name, in lower case; repository of the pull request
  pr_number: pull request number
  merged_at: when it was merged; null if unknown
  delivery_id: webhook delivery that reported the merge; null if unknown
  source: dependabot | renovate | unknown; bot that opened the pull request; null if not determined
  signals: any JSON; evidence that the pull request is a dependency bump; null if none
  package_name: package that was updated; null if unknown
  old_version: version before the update; null if unknown
  new_version: version after the update; null if unknown
  semver_bump_type: major | minor | patch | unknown; size of the version change; null if not
    determined
  merge_confidence_level: high | medium | low; how safe the merge looked; null if not determined
  merge_confidence_rationale: any JSON; reasons for the confidence level; null if none
  advisory_status: none | present | unknown; whether a security advisory applied; null if not
    determined
  advisory_max_severity: critical | high | medium | low | unknown; highest severity of the
    advisories; null if not determined
  is_security_bump: whether the new version fixes a vulnerability; null if unknown
  created_at: when the merge was recorded

Errors:
  22004: a required argument is null; the message names it
  22023: an argument is invalid; the message names it

Example:
  p_repo => ''acme/api''
  p_package_name => ''requests''';

grant execute on function list_dep_bump_merges to :"app", :"reader";

commit;
