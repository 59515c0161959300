-- Deploy kodiai:learning/functions/list_suppressed_findings to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function list_suppressed_findings(
  p_repo text,
  p_pr_number bigint default null,
  p_after_id bigint default null,
  p_limit bigint default 100
)
returns table (
  assessment_id bigint,
  pr_number bigint,
  delivery_id text,
  finding_text text,
  severity text,
  category text,
  file_path text,
  confidence double precision,
  reason text,
  memory_ids bigint[],
  outcome text,
  created_at timestamptz
)
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
-- Custom plans: the planner folds away conditions on null arguments.
set plan_cache_mode = force_custom_plan
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
#variable_conflict use_column
begin
  p_repo := _check_argument('p_repo', p_repo, 'repo_name');
  perform _check_optional('p_pr_number', p_pr_number::text, 'positive_number');
  perform _check_argument('p_limit', p_limit::text, 'row_limit');

  return query
  select
    a.id, a.pr_number::bigint, a.delivery_id::text, a.finding_text::text, a.severity::text,
    a.category::text, a.file_path::text, a.confidence::double precision, a.reason::text,
    array(
      select e.memory_id from assessment_memories as e
      where e.assessment_id = a.id and e.weight > 0
      order by e.weight desc, e.memory_id
    ),
    a.outcome::text, a.created_at
  from assessments as a
  where
    a.repo = p_repo
    and a.verdict = 'suppress'
    and not a.is_check
    and (p_pr_number is null or a.pr_number = p_pr_number)
    and a.id > coalesce(p_after_id, 0)
  order by a.id
  limit p_limit;
end
$$;

comment on function list_suppressed_findings is
'List the findings that a review kept silent, and why, page by page.

For the footnote of a review. To read the next page, pass the last assessment_id as p_after_id,
until a page has fewer than p_limit rows.

Arguments:
  p_repo: owner/name; repository of the reviews
  p_pr_number: 1 or more; pull request number; null for all
  p_after_id: only assessments with a larger assessment_id; null to begin with the first
  p_limit: 1 to 1000; maximum number of rows

Result: rows, each a SilencedFinding, by assessment_id.
  assessment_id: id of the assessment
  pr_number: pull request number; null if unknown
  delivery_id: webhook delivery of the review
  finding_text: what was found
  severity: critical | major | medium | minor; how bad the problem is
  category: security | correctness | performance | style | documentation; kind of problem
  file_path: path of the file, relative to the repository root; null if unknown
  confidence: 0 to 1; probability that it is not wanted
  reason: why, in a sentence
  memory_ids: memories that spoke for suppression, largest weight first
  outcome: wanted | unwanted; whether the team wanted it; null while unknown
  created_at: when it was suppressed

Errors:
  22004: p_repo or p_limit is null
  22023: an argument is invalid; the message names it

Example:
  p_repo => ''acme/api''
  p_pr_number => 7';

grant execute on function list_suppressed_findings to :"app", :"reader";

commit;
