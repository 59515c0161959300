-- Deploy kodiai:learning/functions/mark_stale_memories to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function mark_stale_memories(
  p_repo text,
  p_memory_ids bigint[] default null,
  p_path_prefix text default null,
  p_embedding_model text default null,
  p_created_before timestamptz default null,
  p_owner text default null
)
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
-- Custom plans: the planner folds away conditions on null arguments.
set plan_cache_mode = force_custom_plan
-- A time passes through text, which not every time zone allows.
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
as $$
declare
  v_marked bigint;
begin
  select s.repo, s.owner into p_repo, p_owner from _check_scope(p_repo, p_owner) as s;
  if num_nonnulls(p_memory_ids, p_path_prefix, p_embedding_model, p_created_before) = 0 then
    perform _reject_argument(
      'p_memory_ids, p_path_prefix, p_embedding_model or p_created_before',
      'at least one condition', null
    );
  end if;
  perform _check_size('p_memory_ids', cardinality(p_memory_ids));
  perform _check_optional('p_path_prefix', p_path_prefix, 'file_path');
  perform _check_optional('p_embedding_model', p_embedding_model, 'model_name');
  perform _check_optional('p_created_before', p_created_before::text, 'event_time');

  -- Lock in primary key order, so that concurrent calls do not deadlock.
  with matching as (
    select m.id
    from learning_memories as m
    where
      not m.stale
      and case when p_owner is null then m.repo = p_repo else m.owner = p_owner end
      and (p_memory_ids is null or m.id = any (p_memory_ids))
      and (p_path_prefix is null or m.file_path ^@ _normalize_path(p_path_prefix))
      and (p_embedding_model is null or m.embedding_model = p_embedding_model)
      and (p_created_before is null or m.created_at < p_created_before)
    order by m.id
    for no key update
  )

  update learning_memories as m set stale = true from matching as t where m.id = t.id;
  get diagnostics v_marked = row_count;
  return v_marked;
end
$$;

comment on function mark_stale_memories is
'Mark memories as stale, so that searches no longer return them.

At least one of p_memory_ids, p_path_prefix, p_embedding_model and p_created_before is required; a
memory must match all that are given. Marking is cheap; purge_stale_memories deletes marked
memories later.

Arguments:
  p_repo: owner/name; repository of the memories; may be null if p_owner is given
  p_memory_ids: at most 10000 ids; only these memories; null for any
  p_path_prefix: 1 to 1000 bytes; only memories whose file_path starts with this literal prefix,
    of which ./ and backslashes are normalized as in paths; null for any
  p_embedding_model: 1 to 200 bytes; only memories with this embedding_model; null for any
  p_created_before: years 1 to 9999; only memories created before this time; null for any
  p_owner: owner of p_repo; extends the scope to all repositories of this owner; null for p_repo
    only

Result: number of memories marked, not counting those that already were stale.

Errors:
  22004: p_repo and p_owner are both null, or no condition is given
  22023: an argument is invalid; the message names it
  40001: under repeatable read or serializable, a concurrent transaction changed one of the
    memories; retry the transaction

Example:
  p_repo => ''acme/api''
  p_path_prefix => ''src/auth''';

grant execute on function mark_stale_memories to :"app";

commit;
