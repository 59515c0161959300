-- Revert kodiai:learning/functions/run_maintenance from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function run_maintenance;

commit;
