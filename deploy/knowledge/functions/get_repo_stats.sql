-- Deploy kodiai:knowledge/functions/get_repo_stats to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function get_repo_stats(
  p_repo text,
  p_days integer default 30,
  p_top_files integer default 10
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
  perform _check_argument('p_repo', p_repo, 'repo_name');
  perform _check_argument('p_days', p_days::text, 'day_count');
  perform _check_argument('p_top_files', p_top_files::text, 'row_limit');
  v_since := _day_start(_period_start(p_days));

  select
    sum(g.findings * g.avg_confidence) / nullif(sum(g.findings), 0),
    coalesce(
      jsonb_agg(
        jsonb_build_object('file_path', g.file_path, 'findings', g.findings)
        order by g.n
      ) filter (where g.n <= p_top_files),
      '[]'
    )
  into v_avg_confidence, v_top_files
  from (
    select
      f.file_path,
      count(*) as findings,
      avg(f.confidence) as avg_confidence,
      row_number() over (order by count(*) desc, f.file_path) as n
    from findings as f
    -- An array, so that findings are reached by their index, however many there are.
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
'Summary of the reviews of a repository that were recorded, completed or not.
Arguments: p_repo, owner/name. p_days: how many days of UTC back, today included, 1 to
3660. p_top_files: how many files to name, 1 to 1000.
Result: one row, always. reviews, pull_requests: how many. findings: how many, suppressed
ones too; findings_critical, findings_major, findings_medium, findings_minor: of these by
severity; findings_suppressed: of these held back by a rule. avg_findings,
avg_files_analyzed, avg_lines_changed, avg_duration_ms (milliseconds): means over the
reviews, and avg_confidence (0 to 100) over the findings; null where there are none.
last_review_at: when the newest was recorded. top_files: array of objects with file_path
and findings, most findings first.
Errors: 22004 and 22023 with the argument.';

grant execute on function get_repo_stats to :"app", :"reader";

commit;
