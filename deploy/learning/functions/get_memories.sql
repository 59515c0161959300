-- Deploy kodiai:learning/functions/get_memories to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function get_memories(
  p_repo text, p_memory_ids bigint[], p_owner text default null
)
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
  created_at timestamptz
)
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
-- Always use the primary key, even on tables too small for the planner to prefer it.
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
  v_scope constant search_scope := _with_model(null);
begin
  select s.repo, s.owner into p_repo, p_owner from _check_scope(p_repo, p_owner) as s;
  if p_memory_ids is null then
    perform _reject_argument('p_memory_ids', 'an array of ids', null);
  end if;
  perform _check_size('p_memory_ids', cardinality(p_memory_ids));

  return query
  select
    m.id,
    m.repo::text,
    m.owner::text,
    m.source_repo::text,
    m.finding_id,
    m.review_id,
    m.finding_text::text,
    m.severity::text,
    m.category::text,
    m.file_path::text,
    m.language::text,
    m.outcome::text,
    _shown_model(v_scope, m.embedding_model, m.second_code),
    m.embedding_dim,
    _shown_embedding(v_scope, m.embedding, m.second_embedding),
    m.stale,
    m.state::text,
    m.retired_at,
    m.retired_reason::text,
    m.superseded_by,
    m.metadata::jsonb,
    m.created_at
  from (
    select i.id, min(i.ord) as ord
    from unnest(p_memory_ids) with ordinality as i (id, ord)
    group by i.id
  ) as i
  cross join lateral (
    select m.*
    from learning_memories as m
    where
      m.id = i.id
      and case when p_owner is null then m.repo = p_repo else m.owner = p_owner end
    -- Optimization fence: look up one memory at a time.
    offset 0
  ) as m
  order by i.ord;
end
$$;

comment on function get_memories is
'Return memories of a repository or an owner by id, whatever their state.

Arguments:
  p_repo: owner/name; repository of the memories; may be null if p_owner is given
  p_memory_ids: at most 10000 ids of memories; ids that are unknown or out of scope are skipped,
    repeated ids return one row
  p_owner: owner of p_repo; extends the scope to all repositories of this owner; null for p_repo
    only

Result: rows, each a Memory, in the order in which p_memory_ids first names them.
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

Errors:
  22004: p_memory_ids is null, or p_repo and p_owner are both null
  22023: an argument is invalid; the message names it

Example:
  p_repo => ''acme/api''
  p_memory_ids => ''{1, 2}''';

grant execute on function get_memories to :"app", :"reader";

commit;
