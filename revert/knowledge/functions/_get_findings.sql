-- Revert kodiai:knowledge/functions/_get_findings from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _get_findings(bigint[]);

commit;
