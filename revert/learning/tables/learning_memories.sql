-- Revert kodiai:learning/tables/learning_memories from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop table learning_memories;

commit;
