-- Deploy kodiai:learning/functions/list_memory_history to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function list_memory_history(
  p_repo text,
  p_memory_id bigint,
  p_after_id bigint default null,
  p_limit bigint default 100
)
returns table (
  history_id bigint,
  memory_id bigint,
  action text,
  changed_by text,
  reason text,
  before jsonb,
  after jsonb,
  created_at timestamptz
)
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
set enable_bitmapscan = off
as $$
#variable_conflict use_column
begin
  p_repo := _check_argument('p_repo', p_repo, 'repo_name');
  perform _check_argument('p_memory_id', p_memory_id::text, 'positive_number');
  perform _check_argument('p_limit', p_limit::text, 'row_limit');
  if not exists (
    select from learning_memories as m where m.id = p_memory_id and m.repo = p_repo
  )
  then
    return;
  end if;

  return query
  select
    h.id, h.memory_id, h.action::text, h.changed_by::text, h.reason::text, h.before::jsonb,
    h.after::jsonb, h.created_at
  from memory_history as h
  where h.memory_id = p_memory_id and h.id > coalesce(p_after_id, 0)
  order by h.id
  limit p_limit;
end
$$;

comment on function list_memory_history is
'List what happened to a memory since it was written.

Oldest first, page by page. To read the next page, pass the last history_id as p_after_id, until a
page has fewer than p_limit rows. get_memory returns the memory as it is now, with its voices.

Arguments:
  p_repo: owner/name; repository of the memory
  p_memory_id: 1 or more; id of the memory
  p_after_id: only changes with a larger history_id; null to begin with the first
  p_limit: 1 to 1000; maximum number of rows

Result: rows, each a MemoryChange, by history_id; none if the memory does not exist in p_repo.
  history_id: id of the change
  memory_id: id of the memory
  action: taught | withdrawn | approved | rejected | retired | restored | corrected; what was done:
    taught is a change of its outcome or state by its voices
  changed_by: login of the person who did it, in lower case; null if unknown
  reason: why; null if no reason was given
  before: the attributes that changed, with their former values; empty if only voices did
  after: the same attributes with their new values
  created_at: when it was done

Errors:
  22004: p_repo, p_memory_id or p_limit is null
  22023: an argument is invalid; the message names it

Example:
  p_repo => ''acme/api''
  p_memory_id => 1';

grant execute on function list_memory_history to :"app", :"reader";

commit;
