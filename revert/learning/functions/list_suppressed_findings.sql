-- Revert kodiai:learning/functions/list_suppressed_findings from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function list_suppressed_findings;

commit;
