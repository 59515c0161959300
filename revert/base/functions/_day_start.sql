-- Revert kodiai:base/functions/_day_start from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _day_start(date);

commit;
