-- Revert kodiai:telemetry/tables/retrieval_quality_events from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop table retrieval_quality_events;

commit;
