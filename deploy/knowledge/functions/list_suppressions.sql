-- Deploy kodiai:knowledge/functions/list_suppressions to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function list_suppressions(
  p_repo text,
  p_days bigint default 30,
  p_after_id bigint default null,
  p_limit bigint default 100
)
returns table (
  suppression_id bigint,
  review_id bigint,
  repo text,
  pr_number bigint,
  head_sha text,
  pattern text,
  matched_count bigint,
  findings jsonb,
  created_at timestamptz
)
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
-- Custom plans: a generic one expects few reviews, and would sort all of the period.
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
  v_before timestamptz := 'infinity';
begin
  p_repo := _check_argument('p_repo', p_repo, 'repo_name');
  perform _check_argument('p_days', p_days::text, 'day_count');
  perform _check_argument('p_limit', p_limit::text, 'row_limit');
  if p_after_id is not null then
    select r.created_at into v_before
    from suppression_log as s
    inner join reviews as r on r.id = s.review_id
    where s.id = p_after_id and r.repo = p_repo;
    if not found then
      perform _reject_argument(
        'p_after_id', format('the id of a suppression of %s', to_jsonb(p_repo)), p_after_id::text
      );
    end if;
  end if;

  return query
  select
    l.id,
    l.review_id,
    l.repo::text,
    l.pr_number::bigint,
    l.head_sha::text,
    l.pattern::text,
    l.matched_count::bigint,
    coalesce(
      (
        select
          jsonb_agg(
            jsonb_build_object(
              'finding_id', f.id, 'file_path', f.file_path, 'start_line', f.start_line,
              'severity', f.severity, 'category', f.category, 'title', f.title
            )
            order by f.id
          )
        from findings as f
        where f.id = any (l.finding_ids)
      ),
      '[]'
    ),
    l.created_at
  from (
    select s.*, r.repo, r.pr_number, r.head_sha, r.created_at
    from reviews as r
    inner join suppression_log as s on s.review_id = r.id
    where
      r.repo = p_repo
      and r.created_at >= _day_start(_period_start(p_days))
      -- The index needs the first condition; without p_after_id, both are true of every row.
      and r.created_at <= v_before
      and (r.created_at, s.id) < (v_before, p_after_id)
    order by r.created_at desc, s.id desc
    limit p_limit
  ) as l
  order by l.created_at desc, l.id desc;
end
$$;

comment on function list_suppressions is
'List what each suppression rule of recent reviews held back.

A rule that matched nothing is listed too. A finding that was suppressed without a rule is not.

Arguments:
  p_repo: owner/name; repository reviewed
  p_days: 1 to 3660; only reviews recorded in the last p_days UTC days, including today
  p_after_id: suppression_id of the last row of the previous page; null for the first page
  p_limit: 1 to 1000; maximum number of rows

Result: rows, each a Suppression, newest reviews first; of one review, highest id first.
  suppression_id: id of the entry in suppression_log
  review_id: id of the review that applied the rule
  repo: owner/name, in lower case; repository reviewed
  pr_number: pull request number
  head_sha: commit reviewed; null if unknown
  pattern: the rule, as the team wrote it
  matched_count: number of findings that the rule suppressed
  findings: array of SuppressedFinding objects; these findings, in the order in which they were
    recorded
    - finding_id (bigint, required): id of the finding
    - file_path (text, required): path of the file, relative to the repository root
    - start_line (bigint, required): first line, from 1; null if unknown
    - severity (critical | major | medium | minor, required): how bad it is
    - category (security | correctness | performance | style | documentation, required): kind of
      problem
    - title (text, required): the finding in one line
  created_at: when the review was recorded

Errors:
  22004: a required argument is null; the message names it
  22023: an argument is invalid, or p_after_id is not a suppression of p_repo; the message names it

Example:
  p_repo => ''acme/api''
  p_days => 7';

grant execute on function list_suppressions to :"app", :"reader";

commit;
