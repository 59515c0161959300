-- Revert kodiai:learning/triggers/learning_memories_search_tsv from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop trigger learning_memories_search_tsv on learning_memories;
drop function _set_learning_memories_search_tsv();

commit;
