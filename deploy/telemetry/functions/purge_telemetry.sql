-- Deploy kodiai:telemetry/functions/purge_telemetry to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function purge_telemetry(
  p_older_than interval,
  p_limit bigint default 1000
)
returns bigint
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
declare
  v_table text;
  v_purged bigint := 0;
begin
  perform _check_argument('p_older_than', p_older_than::text, 'retention');
  perform _check_argument('p_limit', p_limit::text, 'batch_size');

  foreach v_table in array array[
    'telemetry_events', 'rate_limit_events', 'retrieval_quality_events',
    'resilience_events'
  ] loop
    exit when v_purged = p_limit;
    v_purged := v_purged + _purge_older(
      v_table, 'created_at', p_older_than, p_limit - v_purged
    );
  end loop;
  return v_purged;
end
$$;

comment on function purge_telemetry is
'Delete one batch of old telemetry events of any of the four kinds.

Call it repeatedly until it returns less than p_limit. Rows locked by other transactions are left
for a later call. Deleted events no longer appear in reports; recording one again inserts it as
new.

Arguments:
  p_older_than: 0, or 1 hour to 1000 years; minimum age of an event
  p_limit: 1 to 100000; maximum number of events to delete

Result: number of deleted events.

Errors:
  22004: an argument is null; the message names it
  22023: an argument is invalid; the message names it

Example:
  p_older_than => interval ''90 days''
  p_limit => 1000';

grant execute on function purge_telemetry to :"app";

commit;
