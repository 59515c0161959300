-- Revert kodiai:learning/tables/similarity_calibrations from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop table similarity_calibrations;

commit;
