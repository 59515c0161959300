-- Deploy kodiai:learning/indexes/learning_memories_cosine_idx to pg
--
-- Created only with `--set cosine_index=on`, for manual queries. Searches use the index on
-- embedding_code instead.

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

\if :cosine_index
create index learning_memories_cosine_idx on learning_memories
using hnsw (embedding vector_cosine_ops) with (m = 16, ef_construction = 64);
\endif

commit;
