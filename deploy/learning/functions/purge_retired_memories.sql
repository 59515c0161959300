-- Deploy kodiai:learning/functions/purge_retired_memories to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function purge_retired_memories(
  p_repo text,
  p_older_than interval default '365 days',
  p_limit bigint default 1000,
  p_owner text default null
)
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
begin
  select s.repo, s.owner into p_repo, p_owner from _check_scope(p_repo, p_owner) as s;
  perform _check_argument('p_older_than', p_older_than::text, 'retention');
  perform _check_argument('p_limit', p_limit::text, 'batch_size');
  return _purge_memories(p_repo, p_owner, _now() - p_older_than, p_limit);
end
$$;

comment on function purge_retired_memories is
'Delete one batch of memories that were retired long ago.

Their voices and their history are deleted too. Call it repeatedly until it returns less than
p_limit. Rows locked by other transactions are left for a later call. A deleted memory that is
taught again becomes a new one, so keep those that should not be learned again.

Arguments:
  p_repo: owner/name; repository of the memories; may be null if p_owner is given
  p_older_than: 0, or 1 hour to 1000 years; only memories retired longer ago than this
  p_limit: 1 to 100000; maximum number of memories to delete
  p_owner: owner of p_repo; extends the scope to all repositories of this owner; null for p_repo
    only

Result: number of deleted memories.

Errors:
  22004: p_repo and p_owner are both null, or p_older_than or p_limit is null
  22023: an argument is invalid; the message names it
  40001: under repeatable read or serializable, a concurrent transaction changed one of the
    memories; retry the transaction

Example:
  p_repo => ''acme/api''
  p_limit => 1000';

grant execute on function purge_retired_memories to :"app";

commit;
