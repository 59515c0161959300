-- Revert kodiai:knowledge/tables/global_patterns from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop table global_patterns;

commit;
