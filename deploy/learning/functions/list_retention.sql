-- Deploy kodiai:learning/functions/list_retention to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function list_retention()
returns table (table_name text, keep interval, set_at timestamptz)
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
#variable_conflict use_column
begin
  return query
  select s.table_name::text, s.keep::interval, s.created_at
  from retention_settings as s
  order by s.table_name;
end
$$;

comment on function list_retention is
'List how long rows are kept until run_maintenance deletes them.

Of tables that are not listed, nothing is deleted (set_retention).

Result: rows, each a Retention, by name.
  table_name: telemetry_events | rate_limit_events | retrieval_quality_events | resilience_events |
    run_state | review_checkpoints | author_cache | assessments | recalled_memories |
    retired_memories | stale_memories; the table, or which memories
  keep: age at which rows are deleted
  set_at: when it was set

Errors: none.';

grant execute on function list_retention to :"app", :"reader";

commit;
