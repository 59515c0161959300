-- Deploy kodiai:learning/functions/withdraw_voices to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function withdraw_voices(
  p_repo text,
  p_memory_ids bigint[] default null,
  p_finding_ids bigint[] default null,
  p_login text default null,
  p_event text default null,
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
  perform _check_speaker(p_login, p_event);
  p_login := _fold_name(p_login);
  perform _check_optional('p_reason', p_reason, 'long_text');
  p_by := _check_optional('p_by', p_by, 'login_name');
  if num_nonnulls(p_memory_ids, p_finding_ids) = 0 then
    if coalesce(p_login, p_event) is null then
      perform _reject_argument('p_memory_ids, p_finding_ids, p_login or p_event', 'a value', null);
    end if;
    v_ids := _lock_spoken_memories(p_repo, p_login, p_event);
  else
    v_ids := _select_memories(p_repo, p_memory_ids, p_finding_ids);
  end if;
  return _withdraw_voices(v_ids, p_login, p_event, p_by, p_reason);
end
$$;

comment on function withdraw_voices is
'Withdraw what people or events said about memories.

The outcome of a memory then follows the voices that are left (teach_memory). A memory whose last
voice is withdrawn is retired; it becomes active when another voice joins it. A voice that arrives
again with a p_said_at from before the withdrawal stays withdrawn.

Without p_memory_ids and p_finding_ids, the voices of p_login or p_event are withdrawn from all
memories of p_repo, such as after audit_teachers found somebody who teaches nonsense.

Arguments:
  p_repo: owner/name; repository of the memories
  p_memory_ids: at most 10000 ids of memories; null if p_finding_ids is given, or for all memories
    of p_repo to which p_login or p_event spoke
  p_finding_ids: at most 10000 ids of findings; the memories that they taught or repeated; null if
    p_memory_ids is given, or for all
  p_login: 1 to 200 characters; only the voice of this person; null for any
  p_event: 1 to 200 characters; only the voice of this event, such as accepted; null for any
  p_reason: 1 to 100000 characters; why they are withdrawn; null for no reason
  p_by: 1 to 200 characters; login of the person who withdraws them; null if unknown

Result: number of voices withdrawn.

Errors:
  22004: p_repo is null, or nothing says which voices
  22023: an argument is invalid, p_memory_ids and p_finding_ids are both given, or p_login and
    p_event are; the message names it
  40001: under repeatable read or serializable, a concurrent transaction changed one of the
    memories; retry the transaction
  KB006: a memory does not exist in p_repo

Example:
  p_repo => ''acme/api''
  p_memory_ids => ''{1}''
  p_login => ''ann''';

grant execute on function withdraw_voices to :"app";

commit;
