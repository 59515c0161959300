-- Deploy kodiai:learning/functions/export_memories to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function export_memories(
  p_owner text default null, p_after_id bigint default null, p_limit bigint default 100
)
returns table (memory_id bigint, memory jsonb, embedding vector)
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
-- Custom plans: the planner folds away conditions on null arguments.
set plan_cache_mode = force_custom_plan
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
set enable_bitmapscan = off
-- Without statistics, the planner would sort all memories instead.
set enable_sort = off
set enable_incremental_sort = off
set max_parallel_workers_per_gather = 0
set jit = off
as $$
#variable_conflict use_column
declare
  v_ids bigint[];
begin
  p_owner := _check_optional('p_owner', p_owner, 'owner_name');
  perform _check_argument('p_limit', p_limit::text, 'row_limit');

  if p_owner is null then
    v_ids := array(
      select m.id from learning_memories as m
      where m.id > coalesce(p_after_id, 0)
      order by m.id
      limit p_limit
    );
  else
    -- A range instead of an equality, as in _next_memories.
    v_ids := array(
      select m.id from learning_memories as m
      where (m.owner, m.id) > (p_owner, coalesce(p_after_id, 0)) and m.owner <= p_owner
      order by m.owner, m.id
      limit p_limit
    );
  end if;
  return query select d.memory_id, d.memory, d.embedding from _describe_memories(v_ids) as d;
end
$$;

comment on function export_memories is
'Export memories, whatever their state, page by page.

For import_memories, which takes what this function returns. A memory comes with its voices, the
findings that repeated it, its history and what assessments say about its trust, so it contains the
logins of people. To read the next page, pass the last memory_id as p_after_id, until a page has
fewer than p_limit rows. The Python module kodiai.transfer writes it all to a file.

Arguments:
  p_owner: owner name; only memories of the repositories of this owner; null for all memories
  p_after_id: only memories with a larger memory_id; null to begin with the first
  p_limit: 1 to 1000; maximum number of rows

Result: rows, each an ExportedMemory, by memory_id.
  memory_id: id of the memory
  memory: object with the keys of import_memories, except embedding
  embedding: embedding of finding_text; null if none

Errors:
  22004: p_limit is null
  22023: an argument is invalid; the message names it

Example:
  p_owner => ''acme''
  p_limit => 1000';

grant execute on function export_memories to :"app", :"reader";

commit;
