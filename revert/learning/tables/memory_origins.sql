-- Revert kodiai:learning/tables/memory_origins from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop table memory_origins;

commit;
