-- Revert kodiai:knowledge/tables/global_patterns from pg

begin;

set local search_path = :"schema", public;

drop table global_patterns;

commit;
