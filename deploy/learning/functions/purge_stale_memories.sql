-- Deploy kodiai:learning/functions/purge_stale_memories to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function purge_stale_memories(
  p_repo text,
  p_limit integer default 1000,
  p_owner text default null
)
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
-- Planned for each call, without the conditions that do not apply.
set plan_cache_mode = force_custom_plan
as $$
declare
  v_purged bigint;
begin
  perform _check_scope(p_repo, p_owner);
  perform _check_argument('p_limit', p_limit::text, 'batch_size');

  delete from learning_memories where id = any (
    array(
      select m.id
      from learning_memories as m
      where
        m.stale
        and case when p_owner is null then m.repo = p_repo else m.owner = p_owner end
      limit p_limit
      for update skip locked
    )
  );
  get diagnostics v_purged = row_count;
  return v_purged;
end
$$;

comment on function purge_stale_memories is
'Deletes memories that were marked stale, a batch of them: call it until it returns less
than p_limit. What was deleted can be written again.
Arguments: p_repo, owner/name; may be null with p_owner. p_limit: how many at most, 1 to
100000. p_owner: given, it widens the scope to all repositories of this owner.
Result: how many were deleted.
Errors: 22004 without a scope; 22023 with the argument.';

grant execute on function purge_stale_memories to :"app";

commit;
