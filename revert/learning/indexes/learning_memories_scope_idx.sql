-- Revert kodiai:learning/indexes/learning_memories_scope_idx from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop index learning_memories_scope_idx;

commit;
