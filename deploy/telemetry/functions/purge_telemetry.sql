-- Deploy kodiai:telemetry/functions/purge_telemetry to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function purge_telemetry(
  p_older_than interval,
  p_limit integer default 1000
)
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
declare
  v_table text;
  v_purged bigint := 0;
begin
  perform _check_argument('p_older_than', p_older_than::text, 'age');
  perform _check_argument('p_limit', p_limit::text, 'batch_size');

  foreach v_table in array array[
    'telemetry_events', 'rate_limit_events', 'retrieval_quality_events',
    'resilience_events'
  ] loop
    exit when v_purged = p_limit;
    v_purged := v_purged + _purge_older(
      v_table, 'created_at', p_older_than, (p_limit - v_purged)::integer
    );
  end loop;
  return v_purged;
end
$$;

comment on function purge_telemetry is
'Deletes the oldest events of all four kinds, a batch of them: call it until it returns
less than p_limit. An event that is told again after it was deleted is new, and the
reports know nothing of deleted events.
Arguments: p_older_than: how long ago an event was recorded. p_limit: how many at most, 1
to 100000.
Result: how many were deleted.
Errors: 22004 and 22023 with the argument.';

grant execute on function purge_telemetry to :"app";

commit;
