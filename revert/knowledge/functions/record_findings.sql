-- Revert kodiai:knowledge/functions/record_findings from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function record_findings;

commit;
