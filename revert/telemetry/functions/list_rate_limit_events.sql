-- Revert kodiai:telemetry/functions/list_rate_limit_events from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function list_rate_limit_events;

commit;
