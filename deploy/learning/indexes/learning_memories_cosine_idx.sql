-- Deploy kodiai:learning/indexes/learning_memories_cosine_idx to pg
--
-- Only with `--set cosine_index=on`, for queries written by hand. Searches compare codes.

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

\if :cosine_index
create index learning_memories_cosine_idx on learning_memories
using hnsw (embedding vector_cosine_ops) with (m = 16, ef_construction = 64);
\endif

commit;
