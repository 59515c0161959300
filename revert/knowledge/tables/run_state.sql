-- Revert kodiai:knowledge/tables/run_state from pg

begin;

set local search_path = :"schema", public;

drop table run_state;

commit;
