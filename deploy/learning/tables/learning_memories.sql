-- Deploy kodiai:learning/tables/learning_memories to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

select vector_dims(_quantization_levels()) as code_length
\gset

-- An interrupted deploy may be continued with other variables.
select _verify_embedding_dim(:embedding_dim) as verified
\gset

create table learning_memories (
  id bigint not null generated always as identity,
  created_at timestamptz not null default _now(),
  repo repo_name not null,
  owner owner_name not null,
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
  second_embedding vector(:embedding_dim),
  second_code bit(:code_length)
  generated always as (_quantize(second_embedding)) stored,
  stale boolean not null default false,
  state memory_state not null default 'active',
  retired_at timestamptz,
  retired_reason long_text,
  superseded_by bigint,
  metadata metadata not null default '{}',
  search_tsv tsvector,
  constraint learning_memories_pkey primary key (id),
  -- Also serves searches within one repo.
  constraint learning_memories_key unique (repo, finding_id),
  constraint learning_memories_superseded_by_fkey foreign key (superseded_by)
  references learning_memories (id) on delete set null,
  -- A mismatch would leak the memories of one owner into owner-wide searches of another.
  constraint learning_memories_owner_check check (owner = split_part(repo, '/', 1)),
  constraint learning_memories_embedding_dim_check check (
    embedding_dim = _embedding_dim()
  ),
  constraint learning_memories_retired_check check (
    (state = 'retired') = (retired_at is not null)
    and (state = 'retired' or num_nonnulls(retired_reason, superseded_by) = 0)
  )
)
-- Marking a row stale is a HOT update only if its page has room for the new version; otherwise
-- every index gets a new entry. This leaves room for a new version of every row.
with (fillfactor = 45);

create index learning_memories_superseded_by_idx on learning_memories (superseded_by)
where superseded_by is not null;

comment on table learning_memories is
'One row per memory: what was found and how the team reacted to it.';
comment on column learning_memories.id is
'Memory id; the functions call it memory_id.';
comment on column learning_memories.created_at is
'When the memory was learned; its age counts from then.';
comment on column learning_memories.repo is
'Repository the memory belongs to, owner/name in lower case.';
comment on column learning_memories.owner is
'Owner of repo, the part before the first slash.';
comment on column learning_memories.finding_id is
'Finding behind the memory; null if none. No foreign key: memories may come from elsewhere.';
comment on column learning_memories.review_id is
'Review behind the memory; null if none. No foreign key: memories may come from elsewhere.';
comment on column learning_memories.source_repo is
'Repository where the memory was learned, owner/name in lower case.';
comment on column learning_memories.finding_text is
'What was found; searches match this text.';
comment on column learning_memories.severity is 'How bad the problem was.';
comment on column learning_memories.category is 'Kind of problem.';
comment on column learning_memories.file_path is
'Path of the file, relative to the repository root (_normalize_path).';
comment on column learning_memories.language is 'Programming language of the file.';
comment on column learning_memories.outcome is
'How the team reacted, as its voices in memory_voices say (_settle_memories); published as long as '
'none of them is a verdict.';
comment on column learning_memories.embedding_model is
'Model of embedding. Without one, the model named or active when the memory was written, else the '
'word none.';
comment on column learning_memories.embedding_dim is
'Number of dimensions of the embedding; the same for all rows of the schema.';
comment on column learning_memories.embedding is
'Embedding of finding_text; null if none.';
comment on column learning_memories.embedding_code is
'Binary code of the embedding (_quantize), which the vector arm searches.';
comment on column learning_memories.second_embedding is
'Embedding of finding_text by the model of the second slot (embedding_models); null if none.';
comment on column learning_memories.second_code is
'Binary code of second_embedding.';
comment on column learning_memories.stale is
'Whether the memory no longer applies; searches skip stale memories. Not in any index or index '
'predicate, so that setting it is a HOT update.';
comment on column learning_memories.state is
'pending: awaits approval, and is neither searched nor counted. active: searches find it. retired: '
'withdrawn or replaced, kept for the record. In no index, like stale.';
comment on column learning_memories.retired_at is 'When it was retired; null unless retired.';
comment on column learning_memories.retired_reason is
'Why someone retired it; null unless retired, or if its last voice was withdrawn. Only with a '
'reason does it stay retired when another voice joins it.';
comment on column learning_memories.superseded_by is
'Memory that replaces it; null unless retired, or if nothing replaces it.';
comment on column learning_memories.metadata is
'Attributes of the caller''s choice, by which searches and lists can filter.';
comment on column learning_memories.search_tsv is
'Lexemes of finding_text, and with the weight C of file_path, maintained by a trigger; null while '
'pending.';

commit;
