-- Revert kodiai:base/functions/_now from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _now();

commit;
