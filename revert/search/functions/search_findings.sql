-- Revert kodiai:search/functions/search_findings from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function search_findings;

commit;
