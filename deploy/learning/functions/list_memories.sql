-- Deploy kodiai:learning/functions/list_memories to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function list_memories(
  p_repo text,
  p_owner text default null,
  p_outcomes text[] default null,
  p_severities text[] default null,
  p_categories text[] default null,
  p_path_prefix text default null,
  p_created_after timestamptz default null,
  p_is_stale boolean default false,
  p_is_waiting boolean default null,
  p_after_id bigint default null,
  p_limit bigint default 100,
  p_state text default 'active',
  p_metadata jsonb default null
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
as $$
#variable_conflict use_column
declare
  v_scope search_scope;
  v_ids bigint[];
begin
  v_scope := _check_list_scope(
    p_repo, p_owner, p_outcomes, p_severities, p_categories, p_path_prefix, p_created_after,
    p_metadata, p_state
  );
  perform _check_argument('p_limit', p_limit::text, 'row_limit');

  v_ids := _next_memories(v_scope, p_is_stale, p_is_waiting, p_after_id, p_limit);
  return query
  select g.* from get_memories(p_repo, v_ids, p_owner) as g order by g.memory_id;
end
$$;

comment on function list_memories is
'List the memories of a repository or an owner, page by page.

For those who look through what was learned; to find what is relevant, use search_memories. To read
the next page, pass the last memory_id as p_after_id, until a page has fewer than p_limit rows. A
memory that exists all the while is on exactly one page, whatever is written or deleted meanwhile.

A page is read with an index, however many memories come before it. Filters that few memories pass
read an index of the whole repository or owner; so do p_is_stale => true and states other than
active, and they visit each memory.

Arguments:
  p_repo: owner/name; repository of the memories; may be null if p_owner is given
  p_owner: owner of p_repo; extends the scope to all repositories of this owner; null for p_repo
    only
  p_outcomes: array of published | accepted | suppressed | thumbs_up | thumbs_down; only these, at
    most 10000; null for any, an empty array for none
  p_severities: array of critical | major | medium | minor; only these, at most 10000; null for
    any, an empty array for none
  p_categories: array of security | correctness | performance | style | documentation; only these,
    at most 10000; null for any, an empty array for none
  p_path_prefix: only memories whose file_path starts with this literal prefix; null for any
  p_created_after: only memories created after this time; null for any
  p_is_stale: false for only memories that are not stale, true for only stale ones; null for both
  p_is_waiting: true for only memories that wait for an embedding of the active model
    (set_embedding_model), false for only those that have one; null for both
  p_after_id: only memories with a larger memory_id; null to begin with the first
  p_limit: 1 to 1000; maximum number of rows
  p_state: pending | active | retired; only memories in this state; null for any
  p_metadata: object that the metadata of a memory must contain; null for any

Result: rows, each a Memory, by memory_id.
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
  22004: p_repo and p_owner are both null, or p_limit is null
  22023: an argument is invalid; the message names it

Example:
  p_repo => ''acme/api''
  p_severities => ''{critical, major}''
  p_limit => 20';

grant execute on function list_memories to :"app", :"reader";

commit;
