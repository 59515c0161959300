-- Revert kodiai:telemetry/functions/purge_telemetry from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function purge_telemetry;

commit;
