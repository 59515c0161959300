-- Revert kodiai:knowledge/tables/run_state from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop table run_state;

commit;
