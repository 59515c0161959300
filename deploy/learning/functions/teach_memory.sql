-- Deploy kodiai:learning/functions/teach_memory to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function teach_memory(
  p_repo text,
  p_finding_text text,
  p_severity text,
  p_category text,
  p_file_path text,
  p_voice text,
  p_embedding vector default null,
  p_finding_id bigint default null,
  p_login text default null,
  p_association text default null,
  p_event text default null,
  p_rationale text default null,
  p_url text default null,
  p_said_at timestamptz default null,
  p_same_distance double precision default 0.2,
  p_review_id bigint default null,
  p_source_repo text default null,
  p_language text default null,
  p_embedding_model text default null,
  p_metadata jsonb default null
)
returns table (
  memory_id bigint,
  inserted boolean,
  joined boolean,
  distance double precision,
  state text,
  stale boolean
)
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
-- Times pass through JSON, which not every time zone allows.
set timezone = 'UTC'
as $$
#variable_conflict use_column
declare
  v_trust text;
  v_memory jsonb;
  v_id bigint;
  v_inserted boolean;
  v_distance double precision;
begin
  perform _check_speaker(p_login, p_event);
  perform _check_arguments(
    'memory_voices',
    jsonb_build_object(
      'voice', p_voice, 'association', p_association, 'rationale', p_rationale, 'url', p_url
    )
  );
  perform _check_optional('p_said_at', p_said_at::text, 'event_time');
  perform _check_optional('p_same_distance', p_same_distance::text, 'cosine_distance');
  v_memory := jsonb_build_object(
    'repo', p_repo, 'finding_text', p_finding_text, 'severity', p_severity,
    'category', p_category, 'file_path', p_file_path, 'finding_id', p_finding_id,
    'review_id', p_review_id, 'source_repo', p_source_repo, 'language', p_language,
    'outcome', case p_voice when 'reply' then 'published' else p_voice end,
    'embedding_model', p_embedding_model, 'metadata', p_metadata
  );
  perform _check_memories(jsonb_build_array(v_memory), true);
  perform _collect_embeddings(jsonb_build_array(v_memory), array[p_embedding], true);
  p_repo := _fold_name(p_repo);
  p_login := _fold_name(p_login);
  if p_login is null then
    p_event := coalesce(p_event, p_voice);
  end if;

  v_trust := _judge_teacher(
    p_repo, p_login, p_association,
    coalesce(
      _find_memory(p_repo, p_finding_id),
      case when p_same_distance is not null then _find_text(p_repo, p_finding_text) end
    )
  );
  if v_trust = 'ignore' then
    return query select null::bigint, false, false, null::double precision, 'ignored', false;
    return;
  end if;

  select t.memory_id, t.inserted, t.distance
  into v_id, v_inserted, v_distance
  from _join_or_insert(
    v_memory || jsonb_build_object(
      'state', case v_trust when 'pending' then 'pending' else 'active' end
    ),
    p_embedding, p_same_distance
  ) as t;
  perform _record_voice(
    v_id, p_login, p_event, p_association, p_voice, p_rationale, p_url, p_finding_id,
    coalesce(p_said_at, _now()), v_trust = 'pending'
  );
  if not v_inserted then
    perform _settle_memories(array[v_id], 'taught', p_login, p_rationale);
  end if;

  return query
  select v_id, v_inserted, not v_inserted, v_distance, m.state::text, m.stale
  from learning_memories as m
  where m.id = v_id;
end
$$;

comment on function teach_memory is
'Teach a memory: what was found, and what a person or an event says about it.

Joining. A repeat joins the memory that it repeats: the one of p_finding_id in p_repo, or else one
that has this text or had it before a correction, or else, within p_same_distance, the nearest one
that shares most of its words (_shares_words), whatever its outcome and state. Otherwise a new
memory is written. The memory keeps its text; an embedding is added if it has none of the active
model. What is said about p_finding_id later reaches the memory that it joined.

Voices. A person or an event has one voice per memory, so a change of mind replaces what they said.
The same said again changes nothing, and neither does a p_said_at before that of the voice or of its
withdrawal, so a delivery may arrive twice. accepted and thumbs_up speak for the memory, suppressed
and thumbs_down against it; published and reply are no verdict, and take none back. The outcome of
the memory is that of the side with more voices, of whoever spoke last if both have the same,
published without a verdict.

Trust. set_learning_policy decides whose voices count at once; what others teach stays pending until
approve_memories, or is ignored. Bots, whose logins end in [bot], are always ignored.

A retired memory stays retired whoever joins it, and the result says so (restore_memories); only one
that was retired because its last voice was withdrawn becomes active again.

Arguments:
  p_repo: owner/name; repository the memory belongs to
  p_finding_text: 1 to 100000 characters; what was found; searches match this text
  p_severity: critical | major | medium | minor; how bad the problem was
  p_category: security | correctness | performance | style | documentation; kind of problem
  p_file_path: 1 to 1000 bytes; path of the file, relative to the repository root; stored
    without ./, repeated slashes and backslashes, and in NFC
  p_voice: published | accepted | suppressed | thumbs_up | thumbs_down | reply; what they say; a
    thumb with a p_finding_id is a reaction to its comment (sync_feedback_reactions)
  p_embedding: vector of embedding_dim dimensions; embedding of p_finding_text; null if none: then
    only an equal text repeats another
  p_finding_id: id of the finding; null if none
  p_login: 1 to 200 characters; login of the person who says it; null for an event
  p_association: 1 to 200 characters; association of the person with the repository on GitHub, such
    as MEMBER; null for that of the author cache (upsert_author)
  p_event: 1 to 200 characters; what says it if no person does, such as "merge of #12"; null for
    p_voice
  p_rationale: 1 to 100000 characters; why, in their words; null for no reason
  p_url: 1 to 500 characters; where they said it; null if unknown
  p_said_at: years 1 to 9999; when they said it, at most now; null for now
  p_same_distance: 0 to 2; largest cosine distance of a repeat; depends on the model
    (docs/explanation/joining.md); null for joining by p_finding_id only
  p_review_id: id of the review behind the memory; null if none
  p_source_repo: owner/name; repository where the memory was learned; null for p_repo
  p_language: 1 to 200 characters; programming language of the file; null if unknown
  p_embedding_model: 1 to 200 bytes; model of the embedding; null for the active model; if none is
    active, the model of the first embedding becomes the active one
  p_metadata: object with attributes of the memory, by which searches and lists can filter; null for
    none

Result: one row, a TeachResult.
  memory_id: id of the memory, new or joined; null if ignored
  inserted: whether the memory is new
  joined: whether an existing memory was joined
  distance: cosine distance from the text of the joined memory, 0 if it is equal; null if new, or
    joined by p_finding_id
  state: pending | active | retired | ignored; searches find only active memories
  stale: whether the memory no longer applies; searches skip stale memories

Errors:
  22004: a required argument is null, or p_embedding has no p_embedding_model and no model is
    active; the message names it
  22023: an argument is invalid, or p_login and p_event are both given; the message names it
  40001: a concurrent transaction deleted the memory or, under repeatable read or serializable,
    changed it; retry the transaction

Example:
  p_repo => ''acme/api''
  p_finding_text => ''user may be None when the session has expired''
  p_severity => ''major''
  p_category => ''correctness''
  p_file_path => ''src/auth.py''
  p_voice => ''thumbs_down''
  p_embedding => :''embedding''
  p_finding_id => 1
  p_login => ''ann''
  p_rationale => ''sessions never expire here''
  p_embedding_model => ''text-embedding-3-small''';

grant execute on function teach_memory to :"app";

commit;
