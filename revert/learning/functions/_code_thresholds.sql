-- Revert kodiai:learning/functions/_code_thresholds from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _code_thresholds();

commit;
