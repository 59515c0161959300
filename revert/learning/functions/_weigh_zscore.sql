-- Revert kodiai:learning/functions/_weigh_zscore from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _weigh_zscore(double precision);

commit;
