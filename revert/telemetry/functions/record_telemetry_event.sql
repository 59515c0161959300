-- Revert kodiai:telemetry/functions/record_telemetry_event from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function record_telemetry_event;

commit;
