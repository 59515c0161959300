-- Revert kodiai:knowledge/tables/suppression_log from pg

begin;

set local search_path = :"schema", public;

drop table suppression_log;

commit;
