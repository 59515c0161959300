-- Revert kodiai:knowledge/functions/complete_run from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function complete_run;

commit;
