-- Deploy kodiai:learning/functions/write_memories to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function write_memories(p_memories jsonb, p_embeddings vector[] default null)
returns table (
  ordinal integer, memory_id bigint, inserted boolean, state text, stale boolean
)
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
begin
  if jsonb_typeof(p_memories) = 'array' then
    perform _check_size('p_memories', jsonb_array_length(p_memories));
  end if;
  if
    jsonb_typeof(p_memories) = 'array'
    and cardinality(p_embeddings) <> jsonb_array_length(p_memories)
  then
    perform _reject_argument(
      'p_embeddings',
      format('%s elements, one per memory', jsonb_array_length(p_memories)),
      cardinality(p_embeddings)::text
    );
  end if;

  return query
  select w.ordinal, w.memory_id, w.inserted, w.state, w.stale
  from _write_memories(p_memories, p_embeddings, false) as w;
end
$$;

comment on function write_memories is
'Write memories, all or nothing.

Idempotent for memories with a finding_id: a finding has one memory in a repo. Writing it again with
the same outcome changes nothing but its embedding; another outcome is one more voice, and the
outcome of the memory follows its voices (teach_memory). A memory without a finding_id is always
new.

An embedding is given in its memory or in p_embeddings. Only the text arm of a search finds a
memory without one; if it is written again with an embedding, it gets that one. An embedding of
the active model also replaces one of another model.

If no model is active yet, the first model that is named for an embedding becomes the active one;
set_embedding_model changes it.

Arguments:
  p_memories: array of NewMemory objects; at most 10000 memories
    - repo (text, required): owner/name; repository the memory belongs to
    - owner (text): must be the owner of repo; default that owner
    - source_repo (text): owner/name; repository where the memory was learned; default repo
    - finding_id (bigint): id of the finding behind the memory; default none
    - review_id (bigint): id of the review behind the memory; default none
    - finding_text (text, required): 1 to 100000 characters; what was found; searches match this
      text
    - severity (critical | major | medium | minor, required): how bad the problem was
    - category (security | correctness | performance | style | documentation, required): kind of
      problem
    - file_path (text, required): 1 to 1000 bytes; path of the file, relative to the repository
      root; stored without ./, repeated slashes and backslashes, and in NFC
    - language (text): 1 to 200 characters; programming language of the file; default unknown
    - outcome (published | accepted | suppressed | thumbs_up | thumbs_down, required): how the team
      reacted
    - embedding_model (text): 1 to 200 bytes; model of the embedding; default the active model;
      required with an embedding if no model is active
    - embedding (vector): array of embedding_dim numbers; embedding of finding_text; default the
      element of p_embeddings, only one of which may be given
    - embedding_dim (integer): must be the embedding_dim chosen at deploy; default that
    - stale (boolean): whether the memory no longer applies; searches skip stale memories; default
      false
    - metadata (jsonb): object with attributes of the memory, by which searches and lists can
      filter; default none
    - created_at (timestamptz): years 1 to 9999; when the memory was learned; its age counts from
      then; UTC unless it has a time zone; default now
  p_embeddings: vectors of embedding_dim dimensions; the embeddings, one per memory in the same
    order, null where there is none; null for none but those in p_memories

Result: rows, each a BatchWriteResult, one per memory in input order.
  ordinal: 1-based position in p_memories
  memory_id: id of the memory, new or existing
  inserted: false if the memory already existed or occurs earlier in p_memories; the existing one
    keeps all but its embedding and its outcome
  state: pending | active | retired; searches find only active memories; a retired one stays so
    (restore_memories)
  stale: whether the memory no longer applies; searches skip stale memories

Errors:
  22004: an argument or a required key is missing, or an embedding has no model and none is
    active; the message names it
  22023: an argument or key is invalid; the message names it
  40001: a concurrent transaction deleted the existing memory or, under repeatable read or
    serializable, wrote the same memory; retry the transaction

Example:
  p_memories => ''[{"repo": "acme/api", "finding_id": 1, "severity": "major",
    "finding_text": "user may be None when the session has expired",
    "category": "correctness", "file_path": "src/auth.py", "outcome": "accepted",
    "embedding_model": "text-embedding-3-small"}]''
  p_embeddings => array[:''embedding'']::vector[]';

grant execute on function write_memories to :"app";

commit;
