-- Revert kodiai:telemetry/tables/rate_limit_events from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop table rate_limit_events;

commit;
