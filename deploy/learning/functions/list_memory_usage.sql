-- Deploy kodiai:learning/functions/list_memory_usage to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function list_memory_usage(
  p_repo text,
  p_owner text default null,
  p_after_id bigint default null,
  p_limit bigint default 100
)
returns table (
  memory_id bigint,
  repo text,
  finding_text text,
  outcome text,
  state text,
  recalled bigint,
  assessed bigint,
  suppressed bigint,
  confirmed double precision,
  contradicted double precision,
  trust double precision,
  last_used_at timestamptz,
  created_at timestamptz
)
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
-- Custom plans: the planner folds away conditions on null arguments.
set plan_cache_mode = force_custom_plan
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
#variable_conflict use_column
begin
  select s.repo, s.owner into p_repo, p_owner from _check_scope(p_repo, p_owner) as s;
  perform _check_argument('p_limit', p_limit::text, 'row_limit');

  return query
  select
    m.id, m.repo::text, m.finding_text::text, m.outcome::text, m.state::text, r.recalled,
    e.assessed, e.suppressed, coalesce(t.confirmed, 0), coalesce(t.contradicted, 0),
    _trust(t.confirmed, t.contradicted), greatest(r.last_used_at, e.last_used_at), m.created_at
  from (
    select m.*
    from learning_memories as m
    where
      case when p_owner is null then m.repo = p_repo else m.owner = p_owner end
      and m.id > coalesce(p_after_id, 0)
    order by m.id
    limit p_limit
  ) as m
  left join memory_trust as t on m.id = t.memory_id
  cross join lateral (
    select count(*) as recalled, max(r.created_at) as last_used_at
    from recalled_memories as r
    where r.memory_id = m.id
  ) as r
  cross join lateral (
    select
      count(*) as assessed,
      count(*) filter (
        where a.verdict = 'suppress' and not a.is_check and e.weight > 0
      ) as suppressed,
      max(e.created_at) as last_used_at
    from assessment_memories as e
    inner join assessments as a on e.assessment_id = a.id
    where e.memory_id = m.id
  ) as e
  order by m.id;
end
$$;

comment on function list_memory_usage is
'List what memories were used for, page by page.

Look for memories that are never used, and for those that findings contradicted (settle_assessment).
To read the next page, pass the last memory_id as p_after_id, until a page has fewer than p_limit
rows.

Arguments:
  p_repo: owner/name; repository of the memories; may be null if p_owner is given
  p_owner: owner of p_repo; extends the scope to all repositories of this owner; null for p_repo
    only
  p_after_id: only memories with a larger memory_id; null to begin with the first
  p_limit: 1 to 1000; maximum number of rows

Result: rows, each a MemoryUsage, by memory_id.
  memory_id: id of the memory
  repo: owner/name, in lower case; repository the memory belongs to
  finding_text: what was found
  outcome: published | accepted | suppressed | thumbs_up | thumbs_down; how the team reacted
  state: pending | active | retired; searches find only active memories
  recalled: number of reviews that were given it (record_recall)
  assessed: number of assessments in which it was evidence (record_assessment)
  suppressed: number of findings that it helped to suppress
  confirmed: sum of its shares of the evidence against findings that were not wanted
  contradicted: sum of its shares of the evidence against findings that were wanted
  trust: 0 to 1; by what the weight of its dismissals is multiplied
  last_used_at: when it was last recalled or evidence; null if never
  created_at: when the memory was learned

Errors:
  22004: p_repo and p_owner are both null, or p_limit is null
  22023: an argument is invalid; the message names it

Example:
  p_repo => ''acme/api''';

grant execute on function list_memory_usage to :"app", :"reader";

commit;
