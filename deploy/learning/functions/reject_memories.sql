-- Deploy kodiai:learning/functions/reject_memories to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function reject_memories(
  p_repo text,
  p_memory_ids bigint[],
  p_reason text,
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
  if p_memory_ids is null then
    perform _reject_argument('p_memory_ids', 'an array of ids', null);
  end if;
  perform _check_argument('p_reason', p_reason, 'long_text');
  p_by := _check_optional('p_by', p_by, 'login_name');
  v_ids := _select_memories(p_repo, p_memory_ids);
  return _judge_voices(v_ids, false, null, p_by, p_reason);
end
$$;

comment on function reject_memories is
'Reject what untrusted people taught, so that it never counts.

A pending memory is retired, and stays so when it is taught again. An active memory only loses the
voices that await approval.

Arguments:
  p_repo: owner/name; repository of the memories
  p_memory_ids: at most 10000 ids of memories, whose pending voices are all rejected
  p_reason: 1 to 100000 characters; why they are rejected
  p_by: 1 to 200 characters; login of the person who rejects them; null if unknown

Result: number of voices rejected.

Errors:
  22004: p_repo, p_memory_ids or p_reason is null
  22023: an argument is invalid; the message names it
  40001: under repeatable read or serializable, a concurrent transaction changed one of the
    memories; retry the transaction
  KB006: a memory does not exist in p_repo

Example:
  p_repo => ''acme/api''
  p_memory_ids => ''{1}''
  p_reason => ''not what we do''
  p_by => ''ann''';

grant execute on function reject_memories to :"app";

commit;
