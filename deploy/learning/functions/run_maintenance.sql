-- Deploy kodiai:learning/functions/run_maintenance to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function run_maintenance(p_seconds bigint default 10)
returns table (task text, rows bigint, finished boolean)
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
declare
  v_deadline timestamptz;
  v_table text;
begin
  perform _check_argument('p_seconds', p_seconds::text, 'run_seconds');
  v_deadline := clock_timestamp() + make_interval(secs => p_seconds);
  if not pg_try_advisory_xact_lock(_lock_key('maintenance', '')) then
    return query select 'busy', 0::bigint, false;
    return;
  end if;

  foreach v_table in array array(
    select s.table_name::text from retention_settings as s order by s.table_name
  ) loop
    return query
    select 'purge ' || v_table, p.rows, p.finished from _purge_expired(v_table, v_deadline) as p;
  end loop;
  if exists (select from embedding_models as m where m.state = 'former') then
    return query
    select 'purge embeddings', p.rows, p.finished from _purge_former_embeddings(v_deadline) as p;
  end if;
  -- More tasks go here: each stops at the deadline, skips what is locked, and returns how many rows
  -- it handled and whether it has finished. The last one looks at what the others changed.
  return query
  select 'analyze', a.rows, a.finished from _analyze_changed(v_deadline) as a;
end
$$;

comment on function run_maintenance is
'Do what is due: delete old rows and replaced embeddings, and analyze tables.

Call it regularly, from the agent, from cron or pg_cron; at any time, because it skips what is
locked and waits for nobody. It stops after about p_seconds and continues in the next call; call it
again while a task has not finished. A call is one transaction. Of several calls at once, one
works; the others return one row at once, with the task "busy".

Arguments:
  p_seconds: 1 to 3600; when to stop; each task does at least one batch

Result: rows, each a MaintenanceTask, in the order of execution.
  task: what was done: purge and a name from set_retention or embeddings, analyze, or busy
  rows: number of rows or embeddings deleted, or of tables analyzed
  finished: whether nothing is left to do

Errors:
  22004: p_seconds is null
  22023: p_seconds is invalid
  40001: under repeatable read or serializable, a concurrent transaction changed one of the rows;
    retry the transaction

Example:
  p_seconds => 10';

grant execute on function run_maintenance to :"app";

commit;
