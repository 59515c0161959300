-- Deploy kodiai:knowledge/functions/purge_runs to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function purge_runs(
  p_older_than interval,
  p_limit integer default 1000
)
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
begin
  perform _check_argument('p_older_than', p_older_than::text, 'age');
  -- As times: how long a month is depends on which.
  if _now() - p_older_than > _now() - interval '1 hour' then
    perform _reject_argument(
      'p_older_than', 'an interval of 1 hour or longer', p_older_than::text
    );
  end if;
  perform _check_argument('p_limit', p_limit::text, 'batch_size');
  return _purge_older('run_state', 'created_at', p_older_than, p_limit);
end
$$;

comment on function purge_runs is
'Deletes the oldest runs, a batch of them: call it until it returns less than p_limit. A
delivery that comes again after its run was deleted is new.
Arguments: p_older_than: how long ago a run was claimed, 1 hour or longer, so that none
is deleted that may still be at work. p_limit: how many at most, 1 to 100000.
Result: how many were deleted.
Errors: 22004 and 22023 with the argument.';

grant execute on function purge_runs to :"app";

commit;
