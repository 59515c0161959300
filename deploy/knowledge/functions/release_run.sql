-- Deploy kodiai:knowledge/functions/release_run to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function release_run(
  p_run_key text,
  p_delivery_id text default null
)
returns boolean
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
begin
  perform _check_argument('p_run_key', p_run_key, 'short_text');
  -- Same order as claim_run: advisory lock first, then the row.
  perform _lock_pull_request(s.repo, s.pr_number) from run_state as s where s.run_key = p_run_key;

  delete from run_state as s
  where
    s.run_key = p_run_key
    and s.status in ('pending', 'running')
    and (p_delivery_id is null or s.delivery_id = p_delivery_id);
  return found;
end
$$;

comment on function release_run is
'Release a claimed run that failed, so that it can be claimed again at once.

A completed or superseded run is left unchanged.

Arguments:
  p_run_key: 1 to 500 characters; key of the run
  p_delivery_id: delivery with which the caller claimed the run; nothing changes if another
    delivery has claimed it since; null to release the run of any delivery

Result: true if the run was open and is now released; false if it was completed or superseded,
    does not exist or is held by another delivery.

Errors:
  22004: p_run_key is null
  22023: p_run_key is invalid
  40001: under repeatable read or serializable, a concurrent transaction changed the same run or
    renamed its repository; retry the transaction
  40P01: concurrent transactions locked several pull requests in different orders; retry the
    transaction

Example:
  p_run_key => ''acme/api#7@4f2a9c1''
  p_delivery_id => ''d1''';

grant execute on function release_run to :"app";

commit;
