-- Revert kodiai:learning/functions/assess_finding from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function assess_finding;

commit;
