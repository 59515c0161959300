-- Deploy kodiai:learning/functions/import_memories to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function import_memories(
  p_memories jsonb, p_embeddings vector[] default null, p_on_conflict text default 'keep'
)
returns table (ordinal integer, memory_id bigint, action text)
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
begin
  perform _check_argument('p_on_conflict', p_on_conflict, 'conflict_action');
  perform _check_imported(p_memories);
  if cardinality(p_embeddings) <> jsonb_array_length(p_memories) then
    perform _reject_argument(
      'p_embeddings',
      format('%s elements, one per memory', jsonb_array_length(p_memories)),
      cardinality(p_embeddings)::text
    );
  end if;

  return query
  select i.ordinal, i.memory_id, i.action
  from _import_memories(
    p_memories, _collect_embeddings(p_memories, p_embeddings, false), p_on_conflict
  ) as i;
end
$$;

comment on function import_memories is
'Import memories that export_memories returned, all or nothing.

A memory is known if it was imported before or comes from here, whatever its repository is called by
now, and if its finding has a memory in its repository. So the same memories can be imported again
without effect.

New memories keep their memory_id if all ids of the call are larger than any that was given here;
otherwise they get new ones, in input order, and superseded_by follows. A superseding memory may be
in a later call. Findings that are recorded later get other ids than those that imported memories
refer to. If this schema has findings already, finding_id, review_id and findings must mean those.

Without embeddings, memories wait for one (list_memories with p_is_waiting); so a schema with
another embedding_dim can be filled. States and outcomes are imported unchanged, even if the voices
say otherwise.

Arguments:
  p_memories: array of ImportedMemory objects; at most 10000 memories
    - memory_id (bigint, required): 1 or more; id where the memory comes from
    - repo (text, required): owner/name; repository the memory belongs to
    - owner (text): must be the owner of repo; default that owner
    - source_repo (text): owner/name; repository where the memory was learned; default repo
    - finding_id (bigint): id of the finding behind the memory; default none
    - review_id (bigint): id of the review behind the memory; default none
    - finding_text (text, required): 1 to 100000 characters; what was found
    - severity (critical | major | medium | minor, required): how bad the problem was
    - category (security | correctness | performance | style | documentation, required): kind of
      problem
    - file_path (text, required): 1 to 1000 bytes; path of the file, relative to the repository
      root
    - language (text): 1 to 200 characters; programming language of the file; default unknown
    - outcome (published | accepted | suppressed | thumbs_up | thumbs_down, required): how the team
      reacted
    - embedding_model (text): 1 to 200 bytes; model of the embedding; default the active model
    - embedding (vector): array of embedding_dim numbers; default the element of p_embeddings, only
      one of which may be given
    - embedding_dim (integer): must be the embedding_dim chosen at deploy; default that
    - stale (boolean): whether the memory no longer applies; default false
    - state (pending | active | retired): searches find only active memories; default active
    - retired_at (timestamptz): years 1 to 9999; when it was retired; only if retired, and then
      required
    - retired_reason (text): 1 to 100000 characters; why someone retired it; only if retired
    - superseded_by (bigint): memory_id of the memory that replaces it; only if retired
    - superseded_by_created_at (timestamptz): years 1 to 9999; created_at of that memory; required
      with superseded_by
    - metadata (jsonb): object with attributes of the memory; default none
    - created_at (timestamptz, required): years 1 to 9999; when the memory was learned
    - voices (jsonb): array of objects with the columns of memory_voices; said_at, voice, and login
      or event are required; default one event that says the outcome
    - findings (jsonb): array of objects with finding_id, required, and created_at; further findings
      that repeated the memory; default none
    - history (jsonb): array of objects with the columns of memory_history; action, before and after
      are required; default none
    - trust (jsonb): object with confirmed, contradicted and created_at; default none
  p_embeddings: vectors of embedding_dim dimensions; the embeddings, one per memory in the same
    order, null where there is none; null for none but those in p_memories
  p_on_conflict: keep | replace | reject; what happens to a known memory that differs: it stays, it
    becomes what p_memories says, except for its repository, its finding and its age, or the call
    fails

Result: rows, each an ImportResult, one per memory in input order.
  ordinal: 1-based position in p_memories
  memory_id: id of the memory, new or known
  action: inserted | replaced | kept | unchanged; what happened; kept if it differs

Errors:
  22004: an argument or a required key is missing, or an embedding has no model and none is
    active; the message names it
  22023: an argument or key is invalid, a memory would supersede itself, or a known memory differs
    and p_on_conflict is reject; the message names it
  40001: a concurrent transaction deleted a known memory or, under repeatable read or serializable,
    wrote the same memory; retry the transaction

Example:
  p_memories => ''[{"memory_id": 12, "repo": "acme/api", "severity": "major",
    "finding_text": "user may be None when the session has expired",
    "category": "correctness", "file_path": "src/auth.py", "outcome": "accepted",
    "embedding_model": "text-embedding-3-small", "created_at": "2026-03-31T12:00:00Z",
    "voices": [{"login": "ann", "voice": "accepted", "said_at": "2026-03-31T12:00:00Z"}]}]''
  p_embeddings => array[:''embedding'']::vector[]
  p_on_conflict => ''keep''';

grant execute on function import_memories to :"app";

commit;
