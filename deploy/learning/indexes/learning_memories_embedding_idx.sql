-- Deploy kodiai:learning/indexes/learning_memories_embedding_idx to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

-- Of codes, because it is five times smaller and four times faster to build than one of
-- the embeddings; the nearest by code are compared by their embeddings.
create index learning_memories_embedding_idx on learning_memories
using hnsw (embedding_code bit_hamming_ops) with (m = 16, ef_construction = 64);

commit;
