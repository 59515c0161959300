-- Revert kodiai:knowledge/tables/review_checkpoints from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop table review_checkpoints;

commit;
