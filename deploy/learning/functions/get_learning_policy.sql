-- Deploy kodiai:learning/functions/get_learning_policy to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function get_learning_policy(p_repo text, p_owner text default null)
returns table (
  owner text,
  repo text,
  trusted_associations text[],
  untrusted text,
  approval_delay interval,
  max_per_person_day bigint,
  created_at timestamptz
)
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
#variable_conflict use_column
begin
  select s.repo, coalesce(s.owner, split_part(s.repo, '/', 1))
  into p_repo, p_owner
  from _check_scope(p_repo, p_owner) as s;

  return query
  select
    p.owner::text, p.repo::text, p.trusted_associations, p.untrusted::text,
    p.approval_delay::interval, p.max_per_person_day::bigint, p.created_at
  from learning_policies as p
  where p.owner = p_owner and (p.repo = p_repo or p.repo is null)
  order by p.repo
  limit 1;
end
$$;

comment on function get_learning_policy is
'Return the policy that says who may teach a repository.

The policy of the repository or, failing that, of its owner.

Arguments:
  p_repo: owner/name; null for the policy of p_owner itself
  p_owner: owner of p_repo; may be null if p_repo is given

Result: one row or none, a LearningPolicy; none if everybody may teach.
  owner: owner, in lower case
  repo: owner/name, in lower case; null if the policy is that of the owner
  trusted_associations: associations on GitHub of those who may teach, in upper case
  untrusted: pending | ignore; what becomes of other voices
  approval_delay: time after which approve_memories without ids approves what nobody rejected; null
    for never
  max_per_person_day: number of memories to which a person may speak per UTC day; null for no
    maximum
  created_at: when the policy was set

Errors:
  22004: p_repo and p_owner are both null
  22023: an argument is invalid; the message names it

Example:
  p_repo => ''acme/api''';

grant execute on function get_learning_policy to :"app", :"reader";

commit;
