-- Revert kodiai:knowledge/tables/reviews from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop table reviews;

commit;
