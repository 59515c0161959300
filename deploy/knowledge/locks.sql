-- Deploy kodiai:knowledge/locks to pg
--
-- The locks by which writers wait for each other; docs/operations.md has their order.

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
  -- With the schema, because advisory locks belong to the whole database.
  perform pg_advisory_xact_lock(
    hashtextextended(format('%s %s#%s', current_schema(), p_repo, p_pr_number), 0)
  );
end
$$;

comment on function _lock_pull_request is
'Serializes changes to the runs of a pull request until the end of the transaction. Take
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
      message = format('p_review_id: no review %s is there', p_review_id);
  end if;
end
$$;

comment on function _lock_review is
'Locks a review, so that no other transaction adds to it until the end of this one.
Argument: p_review_id. Errors: 22004 or 22023 if it is missing or invalid, KB001 if it
does not exist.';

commit;
