-- Deploy kodiai:knowledge/functions/purge_runs to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function purge_runs(
  p_older_than interval,
  p_limit bigint default 1000
)
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
begin
  -- Compare times, not intervals: the length of a month depends on the month. A null, or what no
  -- time is old enough for, is left to the domain.
  if _now() - greatest('0', least(p_older_than, '1000 years')) > _now() - interval '1 hour' then
    perform _reject_argument(
      'p_older_than', 'an interval of 1 hour or longer', p_older_than::text
    );
  end if;
  perform _check_argument('p_older_than', p_older_than::text, 'retention');
  perform _check_argument('p_limit', p_limit::text, 'batch_size');
  return _purge_older('run_state', 'created_at', p_older_than, p_limit);
end
$$;

comment on function purge_runs is
'Delete one batch of the oldest runs.

Call it repeatedly until it returns less than p_limit. Rows locked by other transactions are left
for a later call. A run whose row was deleted can be claimed again as new.

Arguments:
  p_older_than: 1 hour to 1000 years; minimum time since the run was claimed; at least an hour, to
    spare active runs
  p_limit: 1 to 100000; maximum number of runs to delete

Result: number of deleted runs.

Errors:
  22004: an argument is null; the message names it
  22023: an argument is invalid; the message names it
  40001: under repeatable read or serializable, a concurrent transaction changed one of the runs;
    retry the transaction

Example:
  p_older_than => interval ''30 days''';

grant execute on function purge_runs to :"app";

commit;
