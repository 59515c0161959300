-- Revert kodiai:knowledge/tables/suppression_log from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop table suppression_log;

commit;
