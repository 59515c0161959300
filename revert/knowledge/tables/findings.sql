-- Revert kodiai:knowledge/tables/findings from pg

begin;

set local search_path = :"schema", public;

drop table findings;

commit;
