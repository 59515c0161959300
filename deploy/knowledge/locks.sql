-- Deploy kodiai:knowledge/locks to pg
--
-- Locks that serialize writers. docs/guides/operations.md defines the lock order.

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _lock_key(p_kind text, p_name text)
returns bigint
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  -- The key includes the schema because advisory locks are database-wide. The kind comes apart,
  -- because a name may look like one of another kind.
  return hashtextextended(
    format('%s %s', current_schema(), p_name), hashtextextended(p_kind, 0)
  );
end
$$;

comment on function _lock_key is
'Return the key of an advisory lock.
Arguments: p_kind, what is locked: repo, shared by calls that work on one of its pull requests,
exclusive for those that rename or forget it; pull request; teaching (_lock_teaching); import
(_import_memories); person (_judge_teacher); maintenance (run_maintenance); embedding_models
(_lock_models). p_name, which one.';

create function _lock_pull_request(
  p_repo text,
  p_pr_number bigint
)
returns text
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_repo text := p_repo;
  v_new_repo text;
begin
  while not pg_try_advisory_xact_lock_shared(_lock_key('repo', v_repo)) loop
    perform pg_advisory_xact_lock_shared(_lock_key('repo', v_repo));
    if current_setting('transaction_isolation') <> 'read committed' then
      raise exception using
        errcode = 'serialization_failure',
        message = format('%s was renamed concurrently', v_repo),
        hint = 'Retry the transaction.';
    end if;
    -- Follow the rename. At any other time the name may belong to a new repository.
    v_new_repo := _current_repo(v_repo);
    exit when v_new_repo = v_repo;
    v_repo := v_new_repo;
  end loop;

  perform pg_advisory_xact_lock(
    _lock_key('pull request', format('%s#%s', v_repo, p_pr_number))
  );
  return v_repo;
end
$$;

comment on function _lock_pull_request is
'Lock the runs of a pull request against concurrent changes until the end of the transaction. Call
it before locking any row of run_state.
Arguments: p_repo, owner/name; p_pr_number.
Result: the name to use for the repository: p_repo, or the new name if this call had to wait for
rename_repo.
Errors: 40001 if it had to wait for rename_repo under repeatable read or serializable.';

create function _lock_review(p_review_id bigint)
returns void
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
begin
  perform _check_argument('p_review_id', p_review_id::text, 'positive_number');
  perform from reviews as r where r.id = p_review_id for no key update;
  if not found then
    perform _reject_unknown('KB001', 'p_review_id', 'review', to_jsonb(p_review_id));
  end if;
end
$$;

comment on function _lock_review is
'Lock a review against concurrent additions until the end of the transaction.
Argument: p_review_id.
Errors: 22004 if it is null, 22023 if it is invalid, KB001 if the review does not exist.';

commit;
