-- Deploy kodiai:search/indexes to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

-- Covers _in_scope, so that scopes are read with index-only scans. Columns with a closed set of
-- values are key columns: PostgreSQL 18 skips what a filter excludes, earlier versions filter
-- within the index. stale is left out, so that marking rows stale is a HOT update; searches look
-- it up for the nearest rows.
create index learning_memories_scope_idx
on learning_memories (owner, repo, severity, category, outcome)
include (id, embedding_code, embedding_model, created_at, file_path, second_code);

-- On the codes, which makes it one fourteenth of the size of an index on the embeddings; the
-- nearest by code are re-ranked by their embeddings.
create index learning_memories_embedding_idx on learning_memories
using hnsw (embedding_code bit_hamming_ops) with (m = 16, ef_construction = 64);

create index learning_memories_second_embedding_idx on learning_memories
using hnsw (second_code bit_hamming_ops) with (m = 16, ef_construction = 64);

create index learning_memories_metadata_idx on learning_memories
using gin (metadata jsonb_path_ops);

-- For texts that are taught again (_find_text).
create index learning_memories_text_idx on learning_memories (hashtextextended(finding_text, 0));

create index learning_memories_search_tsv_idx on learning_memories
using gin (search_tsv);

create index findings_search_tsv_idx on findings using gin (search_tsv);

commit;
