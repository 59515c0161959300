-- Deploy kodiai:knowledge/functions/get_repo_stats to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function get_repo_stats(
  p_repo text,
  p_days bigint default 30,
  p_top_files bigint default 10
)
returns table (
  reviews bigint,
  pull_requests bigint,
  findings bigint,
  findings_critical bigint,
  findings_major bigint,
  findings_medium bigint,
  findings_minor bigint,
  findings_suppressed bigint,
  avg_findings double precision,
  avg_confidence double precision,
  avg_files_analyzed double precision,
  avg_lines_changed double precision,
  avg_duration_ms double precision,
  last_review_at timestamptz,
  top_files jsonb
)
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
declare
  v_since timestamptz;
  v_avg_confidence double precision;
  v_top_files jsonb;
begin
  p_repo := _check_argument('p_repo', p_repo, 'repo_name');
  perform _check_argument('p_days', p_days::text, 'day_count');
  perform _check_argument('p_top_files', p_top_files::text, 'row_limit');
  v_since := _day_start(_period_start(p_days));

  select
    sum(g.findings * g.avg_confidence) / nullif(sum(g.findings), 0),
    coalesce(
      jsonb_agg(
        jsonb_build_object('file_path', g.file_path, 'findings', g.findings)
        order by g.rank
      ) filter (where g.rank <= p_top_files),
      '[]'
    )
  into v_avg_confidence, v_top_files
  from (
    select
      f.file_path,
      count(*) as findings,
      avg(f.confidence) as avg_confidence,
      row_number() over (order by count(*) desc, f.file_path) as rank
    from findings as f
    -- Pass the ids as an array, so that findings are always read through their index.
    where f.review_id = any (
      array(
        select r.id from reviews as r where r.repo = p_repo and r.created_at >= v_since
      )
    )
    group by f.file_path
  ) as g;

  return query
  select
    count(*),
    count(distinct r.pr_number),
    coalesce(sum(r.findings_total), 0)::bigint,
    coalesce(sum(r.findings_critical), 0)::bigint,
    coalesce(sum(r.findings_major), 0)::bigint,
    coalesce(sum(r.findings_medium), 0)::bigint,
    coalesce(sum(r.findings_minor), 0)::bigint,
    coalesce(sum(r.suppressions_applied), 0)::bigint,
    avg(r.findings_total)::double precision,
    v_avg_confidence,
    avg(r.files_analyzed)::double precision,
    avg(r.lines_changed)::double precision,
    avg(r.duration_ms)::double precision,
    max(r.created_at),
    v_top_files
  from reviews as r
  where r.repo = p_repo and r.created_at >= v_since;
end
$$;

comment on function get_repo_stats is
'Summarize the reviews of a repository, completed or not.

Arguments:
  p_repo: owner/name; repository of the reviews
  p_days: 1 to 3660; only reviews recorded in the last p_days UTC days, including today
  p_top_files: 1 to 1000; maximum number of files in top_files

Result: one row, a RepoStats.
  reviews: number of reviews
  pull_requests: number of pull requests reviewed
  findings: number of findings, including suppressed ones
  findings_critical: number of critical findings
  findings_major: number of major findings
  findings_medium: number of medium findings
  findings_minor: number of minor findings
  findings_suppressed: number of suppressed findings
  avg_findings: mean number of findings per review; null if there are no reviews
  avg_confidence: mean confidence of the findings, 0 to 100; null if there are no findings
  avg_files_analyzed: mean number of files analyzed per review; null if there are no reviews
  avg_lines_changed: mean number of lines changed per review; null if there are no reviews
  avg_duration_ms: mean duration of a review in milliseconds; null if no review recorded one
  last_review_at: when the newest review was recorded; null if there are no reviews
  top_files: array of TopFile objects; files with the most findings, most first; ties are broken
    by path
    - file_path (text, required): path of the file, relative to the repository root
    - findings (bigint, required): number of findings in the file

Errors:
  22004: an argument is null; the message names it
  22023: an argument is invalid; the message names it

Example:
  p_repo => ''acme/api''
  p_days => 90';

grant execute on function get_repo_stats to :"app", :"reader";

commit;
