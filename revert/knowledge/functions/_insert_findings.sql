-- Revert kodiai:knowledge/functions/_insert_findings from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _insert_findings(bigint, jsonb);

commit;
