-- Revert kodiai:learning/tables/learning_memories from pg

begin;

set local search_path = :"schema", public;

drop table learning_memories;

commit;
