-- Revert kodiai:telemetry/tables/telemetry_events from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop table telemetry_events;

commit;
