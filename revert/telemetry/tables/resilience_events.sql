-- Revert kodiai:telemetry/tables/resilience_events from pg

begin;

set local search_path = :"schema", public;

drop table resilience_events;

commit;
