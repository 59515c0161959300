-- Deploy kodiai:learning/functions/count_memories to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function count_memories(
  p_repo text,
  p_owner text default null,
  p_outcomes text[] default null,
  p_severities text[] default null,
  p_categories text[] default null,
  p_path_prefix text default null,
  p_created_after timestamptz default null,
  p_metadata jsonb default null
)
returns table (
  memories bigint, stale bigint, waiting bigint, pending bigint, retired bigint
)
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
-- Custom plans: the planner folds away conditions on null arguments.
set plan_cache_mode = force_custom_plan
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
-- Compiling takes longer than counting.
set jit = off
as $$
#variable_conflict use_column
declare
  v_scope search_scope;
begin
  v_scope := _check_list_scope(
    p_repo, p_owner, p_outcomes, p_severities, p_categories, p_path_prefix, p_created_after,
    p_metadata, null
  );

  return query
  select
    count(*) filter (where m.state = 'active'),
    count(*) filter (where m.state = 'active' and m.stale),
    count(*) filter (
      where
        m.state = 'active'
        and not m.stale
        and _is_waiting(v_scope, m.embedding_model, m.embedding_code, m.second_code)
    ),
    count(*) filter (where m.state = 'pending'),
    count(*) filter (where m.state = 'retired')
  from learning_memories as m
  where
    _in_scope(
      v_scope, m.owner, m.repo, m.outcome, m.severity, m.category, m.file_path, m.created_at
    )
    and _has_metadata(v_scope, m.metadata);
end
$$;

comment on function count_memories is
'Count the memories of a repository or an owner.

Visits each memory that it counts, so it takes longer the more there are.

Arguments:
  p_repo: owner/name; repository of the memories; may be null if p_owner is given
  p_owner: owner of p_repo; extends the scope to all repositories of this owner; null for p_repo
    only
  p_outcomes: array of published | accepted | suppressed | thumbs_up | thumbs_down; only these, at
    most 10000; null for any, an empty array for none
  p_severities: array of critical | major | medium | minor; only these, at most 10000; null for
    any, an empty array for none
  p_categories: array of security | correctness | performance | style | documentation; only these,
    at most 10000; null for any, an empty array for none
  p_path_prefix: only memories whose file_path starts with this literal prefix; null for any
  p_created_after: only memories created after this time; null for any
  p_metadata: object that the metadata of a memory must contain; null for any

Result: one row, a MemoryCount.
  memories: number of active memories, including stale ones
  stale: how many of them are stale, so that searches skip them
  waiting: how many of them are not stale and wait for an embedding of the active model
    (set_embedding_model)
  pending: number of memories that await approval (list_pending_memories)
  retired: number of retired memories

Errors:
  22004: p_repo and p_owner are both null
  22023: an argument is invalid; the message names it

Example:
  p_repo => ''acme/api''
  p_categories => ''{security}''';

grant execute on function count_memories to :"app", :"reader";

commit;
