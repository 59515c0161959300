-- Deploy kodiai:knowledge/functions/list_prior_findings to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function list_prior_findings(
  p_repo text,
  p_pr_number bigint
)
returns table (
  finding_id bigint,
  review_id bigint,
  repo text,
  pr_number bigint,
  head_sha text,
  file_path text,
  start_line bigint,
  end_line bigint,
  severity text,
  category text,
  confidence integer,
  title text,
  suppressed boolean,
  suppression_pattern text,
  comment_id bigint,
  comment_surface text,
  review_output_key text,
  created_at timestamptz
)
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
declare
  v_review_id bigint;
  v_finding_ids bigint[];
begin
  p_repo := _check_argument('p_repo', p_repo, 'repo_name');
  perform _check_argument('p_pr_number', p_pr_number::text, 'positive_number');

  v_review_id := _get_last_review(p_repo, p_pr_number);
  select array_agg(f.id order by f.id)
  into v_finding_ids
  from findings as f
  where f.review_id = v_review_id;

  return query select f.* from _get_findings(v_finding_ids) as f;
end
$$;

comment on function list_prior_findings is
'List the findings of the last completed review of a pull request.

A review completes with the run of its commit (complete_run), or at recording if the commit has no
run or a completed one. A review whose run is open or superseded is not completed.

Arguments:
  p_repo: owner/name; repository of the pull request
  p_pr_number: 1 or more; pull request number

Result: rows, each a Finding, in the order in which they were recorded.
  finding_id: id of the finding
  review_id: id of its review
  repo: owner/name, in lower case; repository reviewed
  pr_number: pull request number
  head_sha: commit reviewed; null if unknown
  file_path: path of the file, relative to the repository root
  start_line: first line, from 1; null if unknown
  end_line: last line; null if unknown
  severity: critical | major | medium | minor; how bad it is
  category: security | correctness | performance | style | documentation; kind of problem
  confidence: 0 to 100; how sure the agent was
  title: the finding in one line
  suppressed: whether the finding was suppressed
  suppression_pattern: suppression rule that matched it; null if none
  comment_id: GitHub comment id; null if not posted
  comment_surface: kind of comment, such as pull_request_review_comment; null if not posted
  review_output_key: key of the review output that contains the finding; null if unknown
  created_at: when the finding was recorded

Errors:
  22004: an argument is null; the message names it
  22023: an argument is invalid; the message names it

Example:
  p_repo => ''acme/api''
  p_pr_number => 7';

grant execute on function list_prior_findings to :"app", :"reader";

commit;
