-- Revert kodiai:learning/tables/embedding_leases from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop table embedding_leases;

commit;
