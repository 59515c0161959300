-- Revert kodiai:learning/indexes/learning_memories_search_tsv_idx from pg

begin;

set local search_path = :"schema", public;

drop index learning_memories_search_tsv_idx;

commit;
