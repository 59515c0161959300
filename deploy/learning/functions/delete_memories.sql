-- Deploy kodiai:learning/functions/delete_memories to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function delete_memories(p_repo text, p_memory_ids bigint[])
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
declare
  v_ids bigint[];
  v_deleted bigint;
begin
  p_repo := _check_argument('p_repo', p_repo, 'repo_name');
  if p_memory_ids is null then
    perform _reject_argument('p_memory_ids', 'an array of ids', null);
  end if;
  -- Those that they superseded change too; nothing is superseded meanwhile.
  perform _lock_teaching(p_repo);
  v_ids := _select_memories(
    p_repo, p_memory_ids,
    p_extra_ids => array(
      select m.id from learning_memories as m where m.superseded_by = any (p_memory_ids)
    )
  );
  delete from learning_memories as m where m.id = any (v_ids);
  get diagnostics v_deleted = row_count;
  return v_deleted;
end
$$;

comment on function delete_memories is
'Delete memories at once and for good, with their voices and their history.

Nothing remembers them: what is taught again becomes a new memory. To withdraw a memory that is
wrong, use retire_memories.

Arguments:
  p_repo: owner/name; repository of the memories
  p_memory_ids: at most 10000 ids of memories

Result: number of deleted memories.

Errors:
  22004: an argument is null; the message names it
  22023: an argument is invalid; the message names it
  40001: under repeatable read or serializable, a concurrent transaction changed one of the
    memories; retry the transaction
  KB006: a memory does not exist in p_repo; nothing is deleted

Example:
  p_repo => ''acme/api''
  p_memory_ids => ''{1}''';

grant execute on function delete_memories to :"app";

commit;
