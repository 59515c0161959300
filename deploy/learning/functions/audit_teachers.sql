-- Deploy kodiai:learning/functions/audit_teachers to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function audit_teachers(
  p_repo text,
  p_owner text default null,
  p_days bigint default 30,
  p_limit bigint default 100
)
returns table (
  login text,
  association text,
  voices bigint,
  share double precision,
  busiest_day date,
  busiest_day_voices bigint,
  pending bigint,
  withdrawn bigint,
  retired bigint,
  retired_share double precision,
  last_said_at timestamptz
)
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
-- Custom plans: the planner folds away conditions on null arguments.
set plan_cache_mode = force_custom_plan
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
#variable_conflict use_column
begin
  select s.repo, s.owner into p_repo, p_owner from _check_scope(p_repo, p_owner) as s;
  perform _check_argument('p_days', p_days::text, 'day_count');
  perform _check_argument('p_limit', p_limit::text, 'row_limit');

  return query
  with spoken as (
    select
      v.login, v.id, v.association, v.is_pending, v.withdrawn_at, v.said_at, m.state,
      (v.created_at at time zone 'utc')::date as day
    from learning_memories as m
    inner join memory_voices as v on m.id = v.memory_id
    where
      case when p_owner is null then m.repo = p_repo else m.owner = p_owner end
      and v.login is not null
      and v.created_at >= _day_start(_period_start(p_days))
  ),

  days as (
    select distinct on (s.login) s.login, s.day, count(*) as voices
    from spoken as s
    group by s.login, s.day
    order by s.login, voices desc, s.day desc
  )

  select
    s.login::text,
    (array_agg(s.association::text order by s.said_at desc, s.id desc)
      filter (where s.association is not null))[1],
    count(*),
    count(*) / sum(count(*)) over ()::double precision,
    min(d.day),
    min(d.voices),
    count(*) filter (where s.is_pending and s.withdrawn_at is null),
    count(*) filter (where s.withdrawn_at is not null),
    count(*) filter (where s.state = 'retired'),
    count(*) filter (where s.state = 'retired') / count(*)::double precision,
    max(s.said_at)
  from spoken as s
  inner join days as d on s.login = d.login
  group by s.login
  order by count(*) desc, s.login
  limit p_limit;
end
$$;

comment on function audit_teachers is
'List who taught memories lately, and what became of them.

Look for one person with most of the voices, for bursts, and for people whose memories are mostly
retired. withdraw_voices takes back what somebody said; set_learning_policy decides who may teach.

Arguments:
  p_repo: owner/name; repository of the memories; may be null if p_owner is given
  p_owner: owner of p_repo; extends the scope to all repositories of this owner; null for p_repo
    only
  p_days: 1 to 3660; number of UTC days up to today in which their voices were recorded
  p_limit: 1 to 1000; maximum number of rows

Result: rows, each a Teacher, most voices first.
  login: login of the person, in lower case
  association: their last known association, such as MEMBER; null if unknown
  voices: number of memories to which the person spoke
  share: 0 to 1; share of all voices of people
  busiest_day: UTC day with most of them
  busiest_day_voices: number of voices on that day
  pending: number of voices that await approval
  withdrawn: number of voices that were withdrawn
  retired: number of these memories that are retired now
  retired_share: 0 to 1; share of these memories that are retired now
  last_said_at: when they last said something

Errors:
  22004: p_repo and p_owner are both null, or p_days or p_limit is null
  22023: an argument is invalid; the message names it

Example:
  p_repo => ''acme/api''';

grant execute on function audit_teachers to :"app", :"reader";

commit;
