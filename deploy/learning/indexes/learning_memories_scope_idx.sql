-- Deploy kodiai:learning/indexes/learning_memories_scope_idx to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

-- A search compares the codes of a whole repository, or of an owner, by reading this index
-- alone: so it includes all that a search can ask for. Not whether a row is stale, which
-- would make marking it dear: that is looked up for the nearest.
create index learning_memories_scope_idx on learning_memories (owner, repo)
include (
  id, embedding_code, embedding_model, outcome, severity, category, created_at, file_path
);

commit;
