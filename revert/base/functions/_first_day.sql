-- Revert kodiai:base/functions/_first_day from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _first_day(integer);

commit;
