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
-- Planned for each call, without the conditions that do not apply.
set plan_cache_mode = force_custom_plan
as $$
declare
  v_marked bigint;
begin
  perform _check_scope(p_repo, p_owner);
  if num_nonnulls(p_memory_ids, p_path_prefix, p_embedding_model, p_created_before) = 0 then
    perform _reject_argument(
      'p_memory_ids, p_path_prefix, p_embedding_model or p_created_before',
      'which memories no longer hold', null
    );
  end if;
  if p_path_prefix is not null then
    perform _check_argument('p_path_prefix', p_path_prefix, 'file_path');
  end if;
  if p_embedding_model is not null then
    perform _check_argument('p_embedding_model', p_embedding_model, 'model_name');
  end if;

  -- In the order of the primary key, so that two calls do not deadlock.
  with doomed as (
    select m.id
    from learning_memories as m
    where
      not m.stale
      and case when p_owner is null then m.repo = p_repo else m.owner = p_owner end
      and (p_memory_ids is null or m.id = any (p_memory_ids))
      and (p_path_prefix is null or m.file_path ^@ p_path_prefix)
      and (p_embedding_model is null or m.embedding_model = p_embedding_model)
      and (p_created_before is null or m.created_at < p_created_before)
    order by m.id
    for no key update
  )

  update learning_memories as m set stale = true from doomed as d where m.id = d.id;
  get diagnostics v_marked = row_count;
  return v_marked;
end
$$;

comment on function mark_stale_memories is
'Marks memories that no longer hold, of all that are named: no search returns them then.
Marking is cheap; purge_stale_memories deletes what was marked.
Arguments: p_repo, owner/name; may be null with p_owner. At least one of the next four is
needed, and a memory must meet all that are given: p_memory_ids, of one of these numbers;
p_path_prefix, of a file whose path begins so; p_embedding_model, of this model;
p_created_before, taught before. p_owner: given, it widens the scope to all repositories
of this owner.
Result: how many were marked; those that were stale before do not count.
Errors: 22004 without a scope, or without anything that says which; 22023 with the
argument.';

grant execute on function mark_stale_memories to :"app";

commit;
