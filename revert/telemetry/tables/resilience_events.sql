-- Revert kodiai:telemetry/tables/resilience_events from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop table resilience_events;

commit;
