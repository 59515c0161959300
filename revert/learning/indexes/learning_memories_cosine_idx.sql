-- Revert kodiai:learning/indexes/learning_memories_cosine_idx from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

-- Check the catalog, not the variable: the index may have been built or dropped since.
select count(*) = 1 as is_indexed
from pg_index
where
  indrelid = 'learning_memories'::regclass
  and indexrelid = to_regclass('learning_memories_cosine_idx')
\gset

\if :is_indexed
drop index learning_memories_cosine_idx;
\endif

commit;
