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
  -- The lock before the row, as claim_run does.
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
'Gives up a run that was claimed and failed, so that it can be claimed again at once. A run
that has ended stays as it is.
Arguments: p_run_key. p_delivery_id: the delivery that the caller claimed it with; null
for whoever holds it.
Result: whether it was open; false where it has ended, is not there or is another''s.
Errors: 22004 and 22023 with the argument. 40001 under repeatable read, when another
transaction has just changed the run: try again.';

grant execute on function release_run to :"app";

commit;
