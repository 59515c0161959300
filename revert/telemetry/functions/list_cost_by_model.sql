-- Revert kodiai:telemetry/functions/list_cost_by_model from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function list_cost_by_model;

commit;
