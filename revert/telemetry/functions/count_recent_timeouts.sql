-- Revert kodiai:telemetry/functions/count_recent_timeouts from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function count_recent_timeouts;

commit;
