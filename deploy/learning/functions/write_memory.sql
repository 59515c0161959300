-- Deploy kodiai:learning/functions/write_memory to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function write_memory(
  p_repo text,
  p_finding_text text,
  p_severity text,
  p_category text,
  p_file_path text,
  p_outcome text,
  p_embedding vector default null,
  p_finding_id bigint default null,
  p_review_id bigint default null,
  p_owner text default null,
  p_source_repo text default null,
  p_language text default null,
  p_embedding_model text default null,
  p_stale boolean default false,
  p_created_at timestamptz default null,
  p_metadata jsonb default null
)
returns table (memory_id bigint, inserted boolean, state text, stale boolean)
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
-- Times pass through JSON, which not every time zone allows.
set timezone = 'UTC'
as $$
#variable_conflict use_column
begin
  return query
  select w.memory_id, w.inserted, w.state, w.stale
  from _write_memories(
    jsonb_build_array(
      jsonb_build_object(
        'repo', p_repo,
        'finding_text', p_finding_text,
        'severity', p_severity,
        'category', p_category,
        'file_path', p_file_path,
        'outcome', p_outcome,
        'finding_id', p_finding_id,
        'review_id', p_review_id,
        'owner', p_owner,
        'source_repo', p_source_repo,
        'language', p_language,
        'embedding_model', p_embedding_model,
        'stale', p_stale,
        'created_at', p_created_at,
        'metadata', p_metadata
      )
    ),
    array[p_embedding],
    true
  ) as w;
end
$$;

comment on function write_memory is
'Write one memory.

Idempotent if p_finding_id is given: a finding has one memory in p_repo. Writing it again with the
same p_outcome changes nothing but its embedding; another p_outcome is one more voice, and the
outcome of the memory follows its voices (teach_memory). Without p_finding_id, each call writes a
new memory. Use write_memories to write many in one call, and teach_memory to say who taught it.

A memory without an embedding that is written again with one gets that one. An embedding of the
active model also replaces one of another model.

Arguments:
  p_repo: owner/name; repository the memory belongs to
  p_finding_text: 1 to 100000 characters; what was found; searches match this text
  p_severity: critical | major | medium | minor; how bad the problem was
  p_category: security | correctness | performance | style | documentation; kind of problem
  p_file_path: 1 to 1000 bytes; path of the file, relative to the repository root; stored
    without ./, repeated slashes and backslashes, and in NFC
  p_outcome: published | accepted | suppressed | thumbs_up | thumbs_down; how the team reacted;
    published as long as it has not
  p_embedding: vector of embedding_dim dimensions; embedding of p_finding_text; null if none: only
    the text arm of a search then finds the memory
  p_finding_id: id of the finding behind the memory; null if none
  p_review_id: id of the review behind the memory; null if none
  p_owner: must be the owner of p_repo; null for that owner
  p_source_repo: owner/name; repository where the memory was learned; null for p_repo
  p_language: 1 to 200 characters; programming language of the file; null if unknown
  p_embedding_model: 1 to 200 bytes; model of the embedding; null for the active model; if none is
    active, the model of the first embedding becomes the active one
  p_stale: whether the memory no longer applies; searches skip stale memories
  p_created_at: years 1 to 9999; when the memory was learned; its age counts from then; null for
    now
  p_metadata: object with attributes of the memory, by which searches and lists can filter; null for
    none

Result: one row, a WriteResult.
  memory_id: id of the memory, new or existing
  inserted: false if the memory already existed; it keeps all but its embedding and its outcome
  state: pending | active | retired; searches find only active memories; a retired one stays so
    (restore_memories)
  stale: whether the memory no longer applies; searches skip stale memories

Errors:
  22004: a required argument is null, or p_embedding has no p_embedding_model and no model is
    active; the message names it
  22023: an argument is invalid; the message names it
  40001: a concurrent transaction deleted the existing memory or, under repeatable read or
    serializable, wrote the same memory; retry the transaction

Example:
  p_repo => ''acme/api''
  p_finding_text => ''user may be None when the session has expired''
  p_severity => ''major''
  p_category => ''correctness''
  p_file_path => ''src/auth.py''
  p_outcome => ''accepted''
  p_embedding => :''embedding''
  p_finding_id => 1
  p_embedding_model => ''text-embedding-3-small''';

grant execute on function write_memory to :"app";

commit;
