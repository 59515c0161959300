-- Revert kodiai:telemetry/tables/telemetry_events from pg

begin;

set local search_path = :"schema", public;

drop table telemetry_events;

commit;
