-- Revert kodiai:learning/triggers/learning_memories_postings from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop trigger learning_memories_postings_update on learning_memories;
drop trigger learning_memories_postings_delete on learning_memories;
drop trigger learning_memories_postings_insert on learning_memories;

commit;
