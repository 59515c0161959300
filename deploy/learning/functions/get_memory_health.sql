-- Deploy kodiai:learning/functions/get_memory_health to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function get_memory_health(p_repo text default null, p_owner text default null)
returns table (
  memories bigint,
  active bigint,
  stale bigint,
  waiting bigint,
  pending bigint,
  retired bigint,
  is_exact boolean,
  active_model text,
  models jsonb,
  oldest_waiting_at timestamptz,
  failed bigint,
  oldest_pending_at timestamptz,
  is_replica boolean,
  invalid_indexes text[],
  tables jsonb,
  indexes jsonb
)
language plpgsql stable parallel restricted security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
declare
  v_scope search_scope;
  v_is_whole constant boolean := coalesce(p_repo, p_owner) is null;
begin
  if not v_is_whole then
    select s.repo, s.owner into p_repo, p_owner from _check_scope(p_repo, p_owner) as s;
  end if;
  v_scope := _with_model(_make_scope(p_repo, p_owner));

  return query
  select
    c.memories, c.memories - p.pending - c.retired, c.stale, c.waiting, p.pending, c.retired,
    c.is_exact, v_scope.embedding_model, c.models, c.oldest_waiting_at,
    case when v_is_whole then _count_failed() end,
    p.oldest_pending_at, pg_is_in_recovery(),
    case when v_is_whole then _list_invalid_indexes() end,
    case when v_is_whole then _measure_tables() end,
    case when v_is_whole then _measure_indexes() end
  from _count_states(v_scope) as c
  cross join _count_pending(v_scope) as p;
end
$$;

comment on function get_memory_health is
'Return what to monitor every minute: memories by state, tables and indexes.

Counts memories in an index, and samples what no index contains. Up to 8191 memories in scope, all
counts are exact. Beyond, active, stale, waiting, retired and models are estimates, from the first
1024 of the schema that have no embedding of the active model, and 4096 to 8191 of the others, the
same ones each time. So waiting is exact as long as few wait. The standard error of a share is at
most 0.8 percentage points, and 0.2 for a share of 2%. count_memories counts exactly, in far more
time.

On Citus, tables and indexes are those of the node that runs the function.

Arguments:
  p_repo: owner/name; repository of the memories; null with p_owner null for the whole schema
  p_owner: owner of p_repo; extends the scope to all repositories of this owner; null for p_repo
    only, or for the whole schema

Result: one row, a MemoryHealth.
  memories: number of memories in any state; always exact
  active: number of active memories, including stale ones
  stale: how many of the active ones are stale, so that searches skip them
  waiting: how many of the active ones are not stale and wait for an embedding of the active model
  pending: number of memories that await approval; always exact
  retired: number of retired memories
  is_exact: whether all counts are exact, because all memories were visited
  active_model: model that searches and writes use if they name none; null if none is active
  models: array of EmbeddingModel objects; the models that have embeddings, most first
    - embedding_model (text, required): name of the model
    - embeddings (bigint, required): number of memories with an embedding of the model, including
      stale ones
  oldest_waiting_at: when the oldest memory that waits was learned, of those in the sample; null if
    none waits
  failed: number of memories that could not be embedded when last tried (get_reembedding_progress);
    null unless for the whole schema
  oldest_pending_at: when the first of the voices that await approval spoke (list_pending_memories);
    null if there are none
  is_replica: whether the server is a replica
  invalid_indexes: names of indexes that are invalid, or missing although searches read them; null
    unless for the whole schema
  tables: array of TableHealth objects; all tables, largest first; null unless for the whole schema
    - table_name (text, required): name of the table
    - bytes (bigint, required): size without indexes
    - live_rows (bigint, required): number of rows, estimated; null on a replica
    - dead_rows (bigint, required): number of dead rows, which a vacuum will remove, estimated; null
      on a replica
    - all_visible (double precision, required): fraction of pages that index-only scans need not
      visit, at the last vacuum; null if it was empty
    - seconds_since_vacuum (double precision, required): age of the last vacuum; null if never
    - seconds_since_analyze (double precision, required): age of the statistics that plans are
      made from; null if never
  indexes: array of IndexHealth objects; the indexes of memories and postings, largest first; null
    unless for the whole schema
    - index_name (text, required): name of the index
    - table_name (text, required): name of its table
    - bytes (bigint, required): size
    - expected_bytes (bigint, required): size after a rebuild, estimated from statistics; a B-tree
      that grows takes up to 1.7 times as much; null for GIN, for partial indexes, for those on
      expressions or embeddings, and before the table is analyzed

Errors:
  22023: an argument is invalid; the message names it

Example:
  p_repo => ''acme/api''';

grant execute on function get_memory_health to :"app", :"reader";

commit;
