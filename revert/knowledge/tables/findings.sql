-- Revert kodiai:knowledge/tables/findings from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop table findings;

commit;
