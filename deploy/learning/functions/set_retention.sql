-- Deploy kodiai:learning/functions/set_retention to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function set_retention(p_table text, p_keep interval)
returns boolean
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
begin
  perform _check_argument('p_table', p_table, 'retained_table');
  perform _check_optional('p_keep', p_keep::text, 'retention');
  if p_keep is null then
    delete from retention_settings as s where s.table_name = p_table;
    return found;
  end if;
  -- Spare active runs and reviews, like purge_runs.
  if p_table in ('run_state', 'review_checkpoints') and p_keep < '1 hour' then
    perform _reject_argument('p_keep', 'an interval of 1 hour or longer', p_keep::text);
  end if;

  insert into retention_settings as s (table_name, keep)
  values (p_table, p_keep)
  on conflict (table_name) do update
  set keep = excluded.keep, created_at = excluded.created_at
  where s.keep <> excluded.keep;
  return found;
end
$$;

comment on function set_retention is
'Set how long rows of a table are kept until run_maintenance deletes them.

Without a setting they are kept forever. The age of a row is the time since it was recorded; that of
an author since it was cached, of a checkpoint since it was saved last, of a retired memory since
it was retired, of a stale memory since it was learned. Deleting works as in purge_telemetry,
purge_runs, purge_authors, purge_assessments, purge_retired_memories and purge_stale_memories.
Reviews, findings, reactions and active memories have no age limit.

Arguments:
  p_table: telemetry_events | rate_limit_events | retrieval_quality_events | resilience_events |
    run_state | review_checkpoints | author_cache | assessments | recalled_memories |
    retired_memories | stale_memories; the table, or which memories
  p_keep: 0, or 1 hour to 1000 years; age at which rows are deleted; at least an hour for run_state
    and review_checkpoints; null to keep them forever

Result: whether the setting changed.

Errors:
  22004: p_table is null
  22023: an argument is invalid; the message names it

Example:
  p_table => ''telemetry_events''
  p_keep => interval ''400 days''';

grant execute on function set_retention to :"app";

commit;
