-- Deploy kodiai:knowledge/functions/list_repo_trends to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function list_repo_trends(
  p_repo text,
  p_days integer default 30
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
  avg_duration_ms double precision
)
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
begin
  perform _check_argument('p_repo', p_repo, 'repo_name');
  perform _check_argument('p_days', p_days::text, 'day_count');

  return query
  select d.day, r.*
  from (
    select _period_start(p_days) + n as day from generate_series(0, p_days - 1) as n
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
'The reviews of a repository by day of UTC, the last of which is today.
Arguments: p_repo, owner/name. p_days: how many days, 1 to 3660.
Result: one row per day, the oldest first, days without a review too. day. reviews: how
many. findings: how many, suppressed ones too; findings_critical, findings_major,
findings_medium, findings_minor, findings_suppressed: of these. avg_duration_ms: mean
over the reviews, in milliseconds; null without any.
Errors: 22004 and 22023 with the argument.';

grant execute on function list_repo_trends to :"app", :"reader";

commit;
