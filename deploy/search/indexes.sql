-- Deploy kodiai:search/indexes to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

-- Scopes are searched by reading this index alone: so it has all that _in_scope asks for.
-- Closed sets are keys: PostgreSQL 18 skips what a filter excludes, earlier versions pass over
-- it within the index. Not stale, which marking would then have to maintain; it is looked up
-- for the nearest.
create index learning_memories_scope_idx
on learning_memories (owner, repo, severity, category, outcome)
include (id, embedding_code, embedding_model, created_at, file_path);

-- Of the codes, which makes it fourteen times smaller than one of the embeddings; the nearest
-- by code are compared by their embeddings.
create index learning_memories_embedding_idx on learning_memories
using hnsw (embedding_code bit_hamming_ops) with (m = 16, ef_construction = 64);

create index learning_memories_search_tsv_idx on learning_memories
using gin (search_tsv);

create index findings_search_tsv_idx on findings using gin (search_tsv);

commit;
