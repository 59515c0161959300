-- Revert kodiai:base/time from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _period_start;
drop function _day_start;
drop function _now;

commit;
