-- Deploy kodiai:knowledge/functions/get_finding_by_comment to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function get_finding_by_comment(
  p_repo text,
  p_comment_id bigint,
  p_comment_surface text default null
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
  v_finding_ids bigint[];
begin
  p_repo := _check_argument('p_repo', p_repo, 'repo_name');
  perform _check_argument('p_comment_id', p_comment_id::text, 'positive_number');
  perform _check_optional('p_comment_surface', p_comment_surface, 'short_name');

  select array[f.id]
  into v_finding_ids
  from findings as f
  inner join reviews as r on r.id = f.review_id
  where
    f.comment_id = p_comment_id
    and r.repo = p_repo
    and (p_comment_surface is null or f.comment_surface = p_comment_surface)
  order by f.created_at desc, f.id desc
  limit 1;

  return query select f.* from _get_findings(v_finding_ids) as f;
end
$$;

comment on function get_finding_by_comment is
'Return the finding that was posted as a comment.

If several findings match, the newest is returned.

Arguments:
  p_repo: owner/name; repository of the comment
  p_comment_id: 1 or more; GitHub comment id
  p_comment_surface: 1 to 200 characters; kind of comment; GitHub comment ids are unique only
    within a kind; null for any

Result: one row or none, a Finding.
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
  22004: a required argument is null; the message names it
  22023: an argument is invalid; the message names it

Example:
  p_repo => ''acme/api''
  p_comment_id => 9001
  p_comment_surface => ''pull_request_review_comment''';

grant execute on function get_finding_by_comment to :"app", :"reader";

commit;
