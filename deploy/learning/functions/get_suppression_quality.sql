-- Deploy kodiai:learning/functions/get_suppression_quality to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function get_suppression_quality(p_repo text, p_days bigint default 30)
returns table (
  category text,
  assessed bigint,
  suppressed bigint,
  checked bigint,
  settled bigint,
  unwanted bigint,
  estimated_precision double precision,
  precision_low double precision,
  precision_high double precision,
  contested bigint
)
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
#variable_conflict use_column
begin
  p_repo := _check_argument('p_repo', p_repo, 'repo_name');
  perform _check_argument('p_days', p_days::text, 'day_count');

  return query
  with counts as (
    select
      a.category::text as category,
      count(*) as assessed,
      count(*) filter (where a.verdict = 'suppress' and not a.is_check) as suppressed,
      count(*) filter (where a.is_check) as checked,
      count(*) filter (where a.is_check and a.outcome is not null) as settled,
      count(*) filter (where a.is_check and a.outcome = 'unwanted') as unwanted,
      count(*) filter (
        where a.verdict = 'suppress' and not a.is_check and a.outcome = 'wanted'
      ) as contested
    from assessments as a
    where a.repo = p_repo and a.created_at >= _day_start(_period_start(p_days))
    group by grouping sets ((a.category), ())
  )

  select
    c.category, c.assessed, c.suppressed, c.checked, c.settled, c.unwanted,
    c.unwanted / nullif(c.settled, 0)::double precision,
    _wilson_bound(c.unwanted, c.settled, -1), _wilson_bound(c.unwanted, c.settled, 1), c.contested
  from counts as c
  order by c.category nulls first;
end
$$;

comment on function get_suppression_quality is
'Return how often suppression was right.

Only findings that were shown for checking count for the estimated_precision (record_assessment,
p_check_share), because what becomes of a suppressed finding is seldom known. The interval is that
of Wilson at 95 %.

Arguments:
  p_repo: owner/name; repository of the reviews
  p_days: 1 to 3660; number of UTC days up to today in which the findings were assessed

Result: rows, each a SuppressionQuality: all findings first, then each category that occurs.
  category: security | correctness | performance | style | documentation; null for all findings
  assessed: number of findings assessed
  suppressed: number of findings suppressed
  checked: number of findings shown although they would have been suppressed
  settled: number of those whose outcome is known
  unwanted: number of those that the team did not want: suppressing them would have been right
  estimated_precision: 0 to 1; share of these; null if none is settled
  precision_low: 0 to 1; lower bound of estimated_precision
  precision_high: 0 to 1; upper bound of estimated_precision
  contested: number of suppressed findings that somebody wanted (settle_assessment)

Errors:
  22004: p_repo or p_days is null
  22023: an argument is invalid; the message names it

Example:
  p_repo => ''acme/api''';

grant execute on function get_suppression_quality to :"app", :"reader";

commit;
