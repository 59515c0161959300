-- Revert kodiai:base/functions/_lift_score from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _lift_score(double precision, double precision);

commit;
