-- Revert kodiai:knowledge/functions/claim_run from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function claim_run;

commit;
