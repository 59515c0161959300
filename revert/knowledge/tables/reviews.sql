-- Revert kodiai:knowledge/tables/reviews from pg

begin;

set local search_path = :"schema", public;

drop table reviews;

commit;
