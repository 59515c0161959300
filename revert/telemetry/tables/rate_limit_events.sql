-- Revert kodiai:telemetry/tables/rate_limit_events from pg

begin;

set local search_path = :"schema", public;

drop table rate_limit_events;

commit;
