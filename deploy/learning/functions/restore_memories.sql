-- Deploy kodiai:learning/functions/restore_memories to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function restore_memories(
  p_repo text,
  p_memory_ids bigint[] default null,
  p_finding_ids bigint[] default null,
  p_reason text default null,
  p_by text default null
)
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
declare
  v_ids bigint[];
begin
  p_repo := _check_argument('p_repo', p_repo, 'repo_name');
  perform _check_optional('p_reason', p_reason, 'long_text');
  p_by := _check_optional('p_by', p_by, 'login_name');
  v_ids := _select_memories(p_repo, p_memory_ids, p_finding_ids);
  return _restore_memories(v_ids, p_by, p_reason);
end
$$;

comment on function restore_memories is
'Restore retired memories, so that searches return them again.

A memory without a voice gets one: whoever restores it speaks for it as it was, for its outcome. One
whose voices all await approval becomes pending. What superseded a memory no longer does.

Arguments:
  p_repo: owner/name; repository of the memories
  p_memory_ids: at most 10000 ids of memories; null if p_finding_ids is given
  p_finding_ids: at most 10000 ids of findings; the memories that they taught or repeated; null if
    p_memory_ids is given
  p_reason: 1 to 100000 characters; why they are restored; null for no reason
  p_by: 1 to 200 characters; login of the person who restores them; null if unknown

Result: number of memories restored, not counting those that were not retired.

Errors:
  22004: p_repo is null, or p_memory_ids and p_finding_ids are both null
  22023: an argument is invalid, or p_memory_ids and p_finding_ids are both given; the message names
    it
  40001: under repeatable read or serializable, a concurrent transaction changed one of the
    memories; retry the transaction
  KB006: a memory does not exist in p_repo

Example:
  p_repo => ''acme/api''
  p_memory_ids => ''{1}''
  p_by => ''ann''';

grant execute on function restore_memories to :"app";

commit;
