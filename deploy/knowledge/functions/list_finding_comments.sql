-- Deploy kodiai:knowledge/functions/list_finding_comments to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function list_finding_comments(
  p_repo text,
  p_days bigint default 30,
  p_limit bigint default 100
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
  perform _check_argument('p_days', p_days::text, 'day_count');
  perform _check_argument('p_limit', p_limit::text, 'row_limit');

  select array_agg(c.id order by c.created_at desc, c.id desc)
  into v_finding_ids
  from (
    select f.id, r.created_at
    from reviews as r
    inner join findings as f on f.review_id = r.id
    where
      r.repo = p_repo
      and r.created_at >= _day_start(_period_start(p_days))
      and f.comment_id is not null
    order by r.created_at desc, f.id desc
    limit p_limit
  ) as c;

  return query select f.* from _get_findings(v_finding_ids) as f;
end
$$;

comment on function list_finding_comments is
'List recent findings that were posted as comments, to poll their reactions.

Arguments:
  p_repo: owner/name; repository of the findings
  p_days: 1 to 3660; only reviews recorded in the last p_days UTC days, including today
  p_limit: 1 to 1000; maximum number of rows

Result: rows, each a Finding, newest reviews first.
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
  p_days => 7';

grant execute on function list_finding_comments to :"app", :"reader";

commit;
