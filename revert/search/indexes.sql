-- Revert kodiai:search/indexes from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop index findings_search_tsv_idx;
drop index learning_memories_search_tsv_idx;
drop index learning_memories_text_idx;
drop index learning_memories_metadata_idx;
drop index learning_memories_second_embedding_idx;
drop index learning_memories_embedding_idx;
drop index learning_memories_scope_idx;

commit;
