-- Deploy kodiai:learning/tables/learning_memories to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

select vector_dims(_quantization_levels()) as code_length
\gset

create table learning_memories (
  id bigint not null generated always as identity,
  created_at timestamptz not null default _now(),
  repo repo_name not null,
  owner text not null,
  finding_id bigint,
  review_id bigint,
  source_repo repo_name not null,
  finding_text long_text not null,
  severity severity not null,
  category category not null,
  file_path file_path not null,
  language short_name,
  outcome outcome not null,
  embedding_model model_name not null,
  embedding_dim integer not null default _embedding_dim(),
  embedding vector(:embedding_dim),
  embedding_code bit(:code_length)
  generated always as (_quantize(embedding)) stored,
  stale boolean not null default false,
  search_tsv tsvector,
  constraint learning_memories_pkey primary key (id),
  -- Serves the scope of one repo as well.
  constraint learning_memories_key unique (repo, finding_id, outcome),
  -- A row of one owner that named the repo of another would leak into the
  -- owner-wide searches of the first.
  constraint learning_memories_owner_check check (owner = split_part(repo, '/', 1)),
  constraint learning_memories_embedding_dim_check check (
    embedding_dim = _embedding_dim()
  )
)
-- Marking a row stale is a HOT update only where its page has room for the new
-- version; otherwise the row would be inserted into every index again. This is room
-- for new versions of all rows at once.
with (fillfactor = 45);

comment on table learning_memories is
'One row per thing that a team has taught the agent: a finding and what came of it.';
comment on column learning_memories.id is
'Number of the memory; the memory_id of the functions.';
comment on column learning_memories.created_at is
'When the team taught it; age counts from here.';
comment on column learning_memories.repo is
'Repository that may recall it, owner/name.';
comment on column learning_memories.owner is
'Owner of the repository, the first half of repo.';
comment on column learning_memories.finding_id is
'Finding that it comes from; null where there was none.';
comment on column learning_memories.review_id is
'Review that it comes from; null where there was none.';
comment on column learning_memories.source_repo is
'Repository that it was learned in, owner/name.';
comment on column learning_memories.finding_text is
'What was found, in words; this is what is searched.';
comment on column learning_memories.severity is 'How bad it was.';
comment on column learning_memories.category is 'What kind of problem it was.';
comment on column learning_memories.file_path is
'File it was about, from the root of the repository.';
comment on column learning_memories.language is 'Programming language of the file.';
comment on column learning_memories.outcome is 'What the team made of it.';
comment on column learning_memories.embedding_model is
'Model that made the embedding, or is to make it.';
comment on column learning_memories.embedding_dim is
'Width of the embedding; the same in the whole memory.';
comment on column learning_memories.embedding is
'finding_text as a vector; null while it waits for one.';
comment on column learning_memories.embedding_code is
'Short code of the embedding (_quantize), by which the nearest are found fast.';
comment on column learning_memories.stale is
'Whether it no longer holds; no search returns it then. In no index and no index predicate, '
'so that setting it is cheap.';
comment on column learning_memories.search_tsv is
'Lexemes of finding_text, kept by a trigger.';

commit;
