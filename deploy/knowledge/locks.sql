-- Deploy kodiai:knowledge/locks to pg
--
-- Locks that serialize writers. docs/guides/operations.md defines the lock order.

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _lock_pull_request(
  p_repo text,
  p_pr_number bigint
)
returns void
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
begin
  -- The key includes the schema because advisory locks are database-wide.
  perform pg_advisory_xact_lock(
    hashtextextended(format('%s %s#%s', current_schema(), p_repo, p_pr_number), 0)
  );
end
$$;

comment on function _lock_pull_request is
'Lock the runs of a pull request against concurrent changes until the end of the transaction. Call
it before locking any row of run_state.
Arguments: p_repo, owner/name; p_pr_number.';

create function _lock_review(p_review_id bigint)
returns void
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
begin
  perform _check_argument('p_review_id', p_review_id::text, 'positive_number');
  perform from reviews as r where r.id = p_review_id for no key update;
  if not found then
    raise exception using
      errcode = 'KB001',
      message = format('p_review_id: review %s does not exist', p_review_id);
  end if;
end
$$;

comment on function _lock_review is
'Lock a review against concurrent additions until the end of the transaction.
Argument: p_review_id.
Errors: 22004 if it is null, 22023 if it is invalid, KB001 if the review does not exist.';

commit;
