-- Revert kodiai:learning/functions/assess_findings from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function assess_findings;

commit;
