-- Deploy kodiai:learning/functions/list_pending_memories to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function list_pending_memories(
  p_repo text,
  p_owner text default null,
  p_after_id bigint default null,
  p_limit bigint default 100
)
returns table (
  memory_id bigint,
  repo text,
  finding_text text,
  severity text,
  category text,
  file_path text,
  outcome text,
  state text,
  pending_voices bigint,
  logins text[],
  verdicts text[],
  waiting_since timestamptz,
  due_at timestamptz
)
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
-- Custom plans: the planner folds away conditions on null arguments.
set plan_cache_mode = force_custom_plan
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
set enable_bitmapscan = off
as $$
#variable_conflict use_column
begin
  select s.repo, s.owner into p_repo, p_owner from _check_scope(p_repo, p_owner) as s;
  perform _check_argument('p_limit', p_limit::text, 'row_limit');

  return query
  select
    m.id, m.repo::text, m.finding_text::text, m.severity::text, m.category::text,
    m.file_path::text, m.outcome::text, m.state::text, v.pending_voices, v.logins, v.verdicts,
    v.waiting_since,
    v.waiting_since + (select p.approval_delay from get_learning_policy(m.repo) as p)
  from (
    select
      v.memory_id,
      count(*) as pending_voices,
      array_agg(v.login::text order by v.id) as logins,
      array_agg(v.voice::text order by v.id) as verdicts,
      min(_waiting_since(v.created_at, v.said_at)) as waiting_since
    from memory_voices as v
    where v.is_pending and v.withdrawn_at is null and v.memory_id > coalesce(p_after_id, 0)
    group by v.memory_id
    -- Optimization fence: read in order of memory_id until the page is full.
    order by v.memory_id
    offset 0
  ) as v
  inner join learning_memories as m on v.memory_id = m.id
  where case when p_owner is null then m.repo = p_repo else m.owner = p_owner end
  order by v.memory_id
  limit p_limit;
end
$$;

comment on function list_pending_memories is
'List memories with voices that await approval, page by page.

approve_memories and reject_memories decide about them (set_learning_policy). To read the next page,
pass the last memory_id as p_after_id, until a page has fewer than p_limit rows.

Arguments:
  p_repo: owner/name; repository of the memories; may be null if p_owner is given
  p_owner: owner of p_repo; extends the scope to all repositories of this owner; null for p_repo
    only
  p_after_id: only memories with a larger memory_id; null to begin with the first
  p_limit: 1 to 1000; maximum number of rows

Result: rows, each a PendingMemory, by memory_id.
  memory_id: id of the memory
  repo: owner/name, in lower case; repository the memory belongs to
  finding_text: what was found
  severity: critical | major | medium | minor; how bad the problem was
  category: security | correctness | performance | style | documentation; kind of problem
  file_path: path of the file, relative to the repository root
  outcome: published | accepted | suppressed | thumbs_up | thumbs_down; how the team reacted, in
    which a pending voice counts only if no other does
  state: pending | active | retired; pending if no voice counts yet
  pending_voices: number of voices that await approval
  logins: logins of the people, in lower case, in the order in which they spoke
  verdicts: what each of them said: published, accepted, suppressed, thumbs_up, thumbs_down or reply
  waiting_since: when the first of them spoke
  due_at: from when approve_memories without ids approves that one; null for never

Errors:
  22004: p_repo and p_owner are both null, or p_limit is null
  22023: an argument is invalid; the message names it

Example:
  p_repo => ''acme/api''';

grant execute on function list_pending_memories to :"app", :"reader";

commit;
