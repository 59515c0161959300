-- Deploy kodiai:learning/functions/approve_memories to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function approve_memories(
  p_repo text,
  p_memory_ids bigint[] default null,
  p_by text default null,
  p_reason text default null
)
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
declare
  v_ids bigint[];
  v_due_before timestamptz;
begin
  p_repo := _check_argument('p_repo', p_repo, 'repo_name');
  p_by := _check_optional('p_by', p_by, 'login_name');
  perform _check_optional('p_reason', p_reason, 'long_text');
  if p_memory_ids is not null then
    v_ids := _select_memories(p_repo, p_memory_ids);
  else
    select _now() - p.approval_delay into v_due_before from get_learning_policy(p_repo) as p;
    v_ids := _lock_pending_memories(p_repo, v_due_before);
  end if;
  return _judge_voices(v_ids, true, v_due_before, p_by, p_reason);
end
$$;

comment on function approve_memories is
'Approve what untrusted people taught, so that it counts.

A pending memory becomes active, and the outcomes of memories follow the approved voices too
(teach_memory). Without p_memory_ids, approves the voices that waited longer than the approval_delay
of the policy (set_learning_policy), and nothing if it has none; call it periodically.

Arguments:
  p_repo: owner/name; repository of the memories
  p_memory_ids: at most 10000 ids of memories, whose pending voices are all approved; null for the
    voices that are due
  p_by: 1 to 200 characters; login of the person who approves them; null if unknown
  p_reason: 1 to 100000 characters; why they are approved; null for no reason

Result: number of voices approved.

Errors:
  22004: p_repo is null
  22023: an argument is invalid; the message names it
  40001: under repeatable read or serializable, a concurrent transaction changed one of the
    memories; retry the transaction
  KB006: a memory does not exist in p_repo

Example:
  p_repo => ''acme/api''
  p_by => ''ann''';

grant execute on function approve_memories to :"app";

commit;
