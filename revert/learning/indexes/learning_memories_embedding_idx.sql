-- Revert kodiai:learning/indexes/learning_memories_embedding_idx from pg

begin;

set local search_path = :"schema", public;

drop index learning_memories_embedding_idx;

commit;
