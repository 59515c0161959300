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
  execute format(
    'with doomed as (
      select m.id
      from learning_memories as m
      where %s
      order by m.id
      for no key update
    )
    update learning_memories as m set stale = true from doomed as d where m.id = d.id',
    concat_ws(
      ' and ',
      'not m.stale',
      case when p_owner is null then 'm.repo = $1' else 'm.owner = $2' end,
      case when p_memory_ids is not null then 'm.id = any ($3)' end,
      case when p_path_prefix is not null then 'm.file_path ^@ $4' end,
      case when p_embedding_model is not null then 'm.embedding_model = $5' end,
      case when p_created_before is not null then 'm.created_at < $6' end
    )
  )
  using
    p_repo, p_owner, p_memory_ids, p_path_prefix, p_embedding_model, p_created_before;
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
