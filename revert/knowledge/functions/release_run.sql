-- Revert kodiai:knowledge/functions/release_run from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function release_run;

commit;
