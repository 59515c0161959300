-- Deploy kodiai:learning/indexes/learning_memories_embedding_idx to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create index learning_memories_embedding_idx on learning_memories
using hnsw (embedding vector_cosine_ops) with (m = 16, ef_construction = 64);

commit;
