-- Deploy kodiai:learning/functions/set_learning_policy to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function set_learning_policy(
  p_owner text,
  p_trusted_associations text[],
  p_repo text default null,
  p_untrusted text default 'pending',
  p_approval_delay interval default null,
  p_max_per_person_day bigint default null
)
returns boolean
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
declare
  v_existed boolean;
begin
  p_owner := _check_argument('p_owner', p_owner, 'owner_name');
  select s.repo into p_repo from _check_scope(p_repo, p_owner) as s;
  perform _check_array('p_trusted_associations', p_trusted_associations, 'short_name');
  perform _check_argument('p_untrusted', p_untrusted, 'untrusted');
  perform _check_optional('p_approval_delay', p_approval_delay::text, 'age');
  perform _check_optional('p_max_per_person_day', p_max_per_person_day::text, 'positive_number');

  select count(*) > 0 into v_existed
  from learning_policies as p
  where p.owner = p_owner and p.repo is not distinct from p_repo;
  if p_trusted_associations is null then
    delete from learning_policies as p
    where p.owner = p_owner and p.repo is not distinct from p_repo;
    return v_existed;
  end if;
  insert into learning_policies (
    owner, repo, trusted_associations, untrusted, approval_delay, max_per_person_day
  )
  values (
    p_owner,
    p_repo,
    array(select distinct upper(a.name) from unnest(p_trusted_associations) as a (name) order by 1),
    p_untrusted,
    p_approval_delay,
    p_max_per_person_day
  )
  on conflict (repo, owner) do update
  set
    created_at = excluded.created_at,
    trusted_associations = excluded.trusted_associations,
    untrusted = excluded.untrusted,
    approval_delay = excluded.approval_delay,
    max_per_person_day = excluded.max_per_person_day;
  return v_existed;
end
$$;

comment on function set_learning_policy is
'Decide who may teach the memories of an owner or a repository.

Without a policy, everybody may. With one, the voices of other people than those with a trusted
association await approval or are ignored (teach_memory, sync_feedback_reactions). What was taught
before stays; audit_teachers shows by whom. Events, which have no login, are trusted: the agent
itself reports them. Bots, whose logins end in [bot], never teach.

Arguments:
  p_owner: owner name
  p_trusted_associations: at most 10000 names such as OWNER, MEMBER and COLLABORATOR, in any letter
    case; the associations on GitHub of those who may teach; null to remove the policy
  p_repo: owner/name; only this repository, for which the policy replaces that of the owner; null
    for all without their own
  p_untrusted: pending | ignore; what becomes of other voices: they await approval, or are not
    recorded
  p_approval_delay: 0, or 1 minute to 1000 years; time after which approve_memories without ids
    approves what nobody rejected; null for never
  p_max_per_person_day: 1 or more; number of memories to which a person may speak per UTC day;
    beyond it, their voices count as untrusted; null for no maximum

Result: whether there was a policy before, which this one replaced or which was removed.

Errors:
  22004: p_owner or p_untrusted is null
  22023: an argument is invalid; the message names it
  40001: under repeatable read or serializable, a concurrent transaction set the same policy; retry
    the transaction

Example:
  p_owner => ''acme''
  p_trusted_associations => ''{owner, member, collaborator}''
  p_max_per_person_day => 50';

grant execute on function set_learning_policy to :"app";

commit;
