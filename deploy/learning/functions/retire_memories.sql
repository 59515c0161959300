-- Deploy kodiai:learning/functions/retire_memories to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function retire_memories(
  p_repo text,
  p_reason text,
  p_memory_ids bigint[] default null,
  p_finding_ids bigint[] default null,
  p_by text default null,
  p_superseded_by bigint default null
)
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
declare
  v_ids bigint[];
begin
  p_repo := _check_argument('p_repo', p_repo, 'repo_name');
  perform _check_argument('p_reason', p_reason, 'long_text');
  p_by := _check_optional('p_by', p_by, 'login_name');
  if p_superseded_by is not null then
    perform _lock_teaching(p_repo);
  end if;
  v_ids := _select_memories(p_repo, p_memory_ids, p_finding_ids, array[p_superseded_by]);
  perform _check_successor(p_repo, v_ids, p_superseded_by);
  return _change_states(
    v_ids, array_fill('retired'::text, array[cardinality(v_ids)]), null, 'retired', p_by, p_reason,
    p_superseded_by
  );
end
$$;

comment on function retire_memories is
'Retire memories, so that searches no longer return them.

For a memory that is wrong or replaced; mark_stale_memories is for code that changed, and
delete_memories leaves nothing behind. A retired memory keeps its text, voices and history, and
restore_memories brings it back. What is taught again joins it and leaves it retired (teach_memory,
write_memory), so that nothing teaches it by mistake.

Arguments:
  p_repo: owner/name; repository of the memories
  p_reason: 1 to 100000 characters; why they are retired
  p_memory_ids: at most 10000 ids of memories; null if p_finding_ids is given
  p_finding_ids: at most 10000 ids of findings; the memories that they taught or repeated; null if
    p_memory_ids is given
  p_by: 1 to 200 characters; login of the person who retires them; null if unknown
  p_superseded_by: id of an active memory of p_repo that replaces them; null for none

Result: number of memories that changed; 0 if all were already retired for the same reason.

Errors:
  22004: p_repo or p_reason is null, or p_memory_ids and p_finding_ids are both null
  22023: an argument is invalid, or p_memory_ids and p_finding_ids are both given; the message names
    it
  40001: under repeatable read or serializable, a concurrent transaction changed one of the
    memories; retry the transaction
  KB006: a memory does not exist in p_repo
  KB007: p_superseded_by is one of the memories or superseded by one of them, or is not active

Example:
  p_repo => ''acme/api''
  p_reason => ''the session is never None since the rewrite''
  p_memory_ids => ''{1}''
  p_by => ''ann''';

grant execute on function retire_memories to :"app";

commit;
