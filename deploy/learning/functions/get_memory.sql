-- Deploy kodiai:learning/functions/get_memory to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function get_memory(p_repo text, p_memory_id bigint)
returns table (
  memory_id bigint,
  repo text,
  owner text,
  source_repo text,
  finding_id bigint,
  review_id bigint,
  finding_text text,
  severity text,
  category text,
  file_path text,
  language text,
  outcome text,
  embedding_model text,
  embedding_dim integer,
  embedding vector,
  stale boolean,
  state text,
  retired_at timestamptz,
  retired_reason text,
  superseded_by bigint,
  metadata jsonb,
  created_at timestamptz,
  joined_finding_ids bigint[],
  voices jsonb
)
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
-- Times in JSON are in UTC.
set timezone = 'UTC'
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
#variable_conflict use_column
begin
  p_repo := _check_argument('p_repo', p_repo, 'repo_name');
  perform _check_argument('p_memory_id', p_memory_id::text, 'positive_number');

  return query
  select
    g.*,
    array(
      select f.finding_id from memory_findings as f
      where f.memory_id = g.memory_id
      order by f.created_at, f.finding_id
    ),
    (
      select
        coalesce(
          jsonb_agg(
            jsonb_build_object(
              'login', v.login, 'event', v.event, 'association', v.association,
              'voice', v.voice, 'rationale', v.rationale, 'url', v.url,
              'finding_id', v.finding_id, 'said_at', v.said_at,
              'withdrawn_at', v.withdrawn_at, 'is_pending', v.is_pending
            )
            order by v.said_at, v.id
          ),
          '[]'
        )
      from memory_voices as v
      where v.memory_id = g.memory_id
    )
  from get_memories(p_repo, array[p_memory_id]) as g;
end
$$;

comment on function get_memory is
'Return a memory, whatever its state, with who taught it.

list_memory_history lists what happened to it.

Arguments:
  p_repo: owner/name; repository of the memory
  p_memory_id: 1 or more; id of the memory

Result: one row or none, a MemoryWithVoices; none if the memory does not exist in p_repo.
  memory_id: id of the memory
  repo: owner/name, in lower case; repository the memory belongs to
  owner: owner of repo, in lower case
  source_repo: owner/name, in lower case; repository where the memory was learned
  finding_id: id of the finding behind the memory; null if none
  review_id: id of the review behind the memory; null if none
  finding_text: what was found
  severity: critical | major | medium | minor; how bad the problem was
  category: security | correctness | performance | style | documentation; kind of problem
  file_path: path of the file, relative to the repository root
  language: programming language of the file; null if unknown
  outcome: published | accepted | suppressed | thumbs_up | thumbs_down; how the team reacted
  embedding_model: model of the embedding; without one, the model named or active when the memory
    was written, else the word none
  embedding_dim: number of dimensions of the embedding
  embedding: embedding of finding_text; null if none
  stale: whether the memory no longer applies; searches skip stale memories
  state: pending | active | retired; searches find only active memories
  retired_at: when it was retired; null unless retired
  retired_reason: why someone retired it; null unless retired, or if its last voice was withdrawn
  superseded_by: id of the memory that replaces it; null for none
  metadata: attributes of the memory
  created_at: when the memory was learned; its age counts from then
  joined_finding_ids: ids of further findings that repeated it, oldest first
  voices: array of MemoryVoice objects; what people and events say about it, oldest first
    - login (text, required): login of the person, in lower case; null for an event
    - event (text, required): what spoke if no person did; null for a person
    - association (text, required): association of the person, such as MEMBER; null if unknown
    - voice (published | accepted | suppressed | thumbs_up | thumbs_down | reply, required): what
      they say
    - rationale (text, required): why, in their words; null if they gave no reason
    - url (text, required): where they said it; null if unknown
    - finding_id (bigint, required): finding on which they said it; null if none
    - said_at (text, required): when they said it, in ISO 8601 and UTC
    - withdrawn_at (text, required): when it was withdrawn, likewise; null if it was not
    - is_pending (boolean, required): whether it awaits approval, and until then does not count

Errors:
  22004: an argument is null; the message names it
  22023: an argument is invalid; the message names it

Example:
  p_repo => ''acme/api''
  p_memory_id => 1';

grant execute on function get_memory to :"app", :"reader";

commit;
