-- Deploy kodiai:knowledge/functions/get_last_reviewed_sha to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function get_last_reviewed_sha(
  p_repo text,
  p_pr_number bigint
)
returns table (head_sha text, review_id bigint, created_at timestamptz)
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
declare
  v_review_id bigint;
begin
  p_repo := _check_argument('p_repo', p_repo, 'repo_name');
  perform _check_argument('p_pr_number', p_pr_number::text, 'positive_number');

  v_review_id := _get_last_review(p_repo, p_pr_number);
  return query
  select r.head_sha::text, r.id, r.created_at
  from reviews as r
  where r.id = v_review_id;
end
$$;

comment on function get_last_reviewed_sha is
'Return the commit of the last completed review of a pull request.

See list_prior_findings for when a review is completed.

Arguments:
  p_repo: owner/name; repository of the pull request
  p_pr_number: 1 or more; pull request number

Result: one row or none, a ReviewedCommit.
  head_sha: commit reviewed; null if unknown
  review_id: id of the review
  created_at: when the review was recorded

Errors:
  22004: an argument is null; the message names it
  22023: an argument is invalid; the message names it

Example:
  p_repo => ''acme/api''
  p_pr_number => 7';

grant execute on function get_last_reviewed_sha to :"app", :"reader";

commit;
