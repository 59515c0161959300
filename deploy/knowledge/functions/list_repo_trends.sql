-- Deploy kodiai:knowledge/functions/list_repo_trends to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function list_repo_trends(
  p_repo text,
  p_days bigint default 30
)
returns table (
  day date,
  reviews bigint,
  findings bigint,
  findings_critical bigint,
  findings_major bigint,
  findings_medium bigint,
  findings_minor bigint,
  findings_suppressed bigint,
  avg_confidence double precision,
  avg_duration_ms double precision
)
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
begin
  p_repo := _check_argument('p_repo', p_repo, 'repo_name');
  perform _check_argument('p_days', p_days::text, 'day_count');

  return query
  select d.day, r.*
  from (
    select _period_start(p_days) + n as day from generate_series(0, p_days::integer - 1) as n
  ) as d
  cross join lateral (
    select
      count(*),
      coalesce(sum(r.findings_total), 0)::bigint,
      coalesce(sum(r.findings_critical), 0)::bigint,
      coalesce(sum(r.findings_major), 0)::bigint,
      coalesce(sum(r.findings_medium), 0)::bigint,
      coalesce(sum(r.findings_minor), 0)::bigint,
      coalesce(sum(r.suppressions_applied), 0)::bigint,
      (sum(r.confidence_total) / nullif(sum(r.findings_total), 0))::double precision,
      avg(r.duration_ms)::double precision
    from reviews as r
    where
      r.repo = p_repo
      and r.created_at >= _day_start(d.day)
      and r.created_at < _day_start(d.day + 1)
  ) as r
  order by d.day;
end
$$;

comment on function list_repo_trends is
'Summarize the reviews of a repository per UTC day.

Arguments:
  p_repo: owner/name; repository of the reviews
  p_days: 1 to 3660; number of UTC days, including today

Result: rows, each a RepoDay, oldest day first; days without reviews are included.
  day: UTC day
  reviews: number of reviews recorded that day, completed or not
  findings: number of findings of these reviews, including suppressed ones
  findings_critical: number of critical findings
  findings_major: number of major findings
  findings_medium: number of medium findings
  findings_minor: number of minor findings
  findings_suppressed: number of suppressed findings
  avg_confidence: mean confidence of the findings, 0 to 100; null if there are no findings
  avg_duration_ms: mean duration of a review in milliseconds; null if no review recorded one

Errors:
  22004: an argument is null; the message names it
  22023: an argument is invalid; the message names it

Example:
  p_repo => ''acme/api''
  p_days => 90';

grant execute on function list_repo_trends to :"app", :"reader";

commit;
