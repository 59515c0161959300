-- Revert kodiai:learning/tables/recalled_memories from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop table recalled_memories;

commit;
