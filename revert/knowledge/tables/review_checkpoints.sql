-- Revert kodiai:knowledge/tables/review_checkpoints from pg

begin;

set local search_path = :"schema", public;

drop table review_checkpoints;

commit;
