-- Deploy kodiai:learning/maintenance to pg
--
-- The tasks of run_maintenance. Each works in batches until a deadline, waits for nobody, and
-- continues in the next call where it stopped.

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create index review_checkpoints_updated_at_idx on review_checkpoints (updated_at);

create function _is_expired(
  p_table text,
  p_before timestamptz,
  p_created_at timestamptz,
  p_stale boolean,
  p_retired_at timestamptz
)
returns boolean
language sql immutable parallel safe
return case p_table
  -- Since when it is stale is not recorded.
  when 'stale_memories' then p_stale and p_created_at < p_before
  else p_retired_at < p_before
end;

comment on function _is_expired is
'Return whether a memory is no longer kept.
Arguments: p_table, retired_memories or stale_memories; p_before, before when it was retired or, if
stale, learned; the others are columns of learning_memories.';

create function _purge_expired_memories(
  p_table text, p_before timestamptz, p_limit integer, out purged bigint, out finished boolean
)
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
-- Always use the primary key, even on tables too small for the planner to prefer it.
set enable_seqscan = off
set enable_bitmapscan = off
as $$
declare
  v_last_id bigint;
  v_ids bigint[];
begin
  -- Page by page through all memories, because neither stale nor retired_at is in an index.
  select
    max(p.id),
    array_agg(p.id) filter (
      where _is_expired(p_table, p_before, p.created_at, p.stale, p.retired_at)
    ),
    count(*) < p_limit
  into v_last_id, v_ids, finished
  from (
    select m.id, m.created_at, m.stale, m.retired_at
    from learning_memories as m
    where m.id > (select s.after_id from retention_settings as s where s.table_name = p_table)
    order by m.id
    limit p_limit
  ) as p;
  purged := _delete_purged_memories(
    array(
      select m.id from learning_memories as m
      where
        m.id = any (v_ids)
        and _is_expired(p_table, p_before, m.created_at, m.stale, m.retired_at)
      order by m.id
      for update skip locked
    )
  );
  update retention_settings as s
  set after_id = case when finished then 0 else v_last_id end
  where s.table_name = p_table;
end
$$;

comment on function _purge_expired_memories is
'Delete the expired ones (_is_expired) of the next page of memories.
Arguments: p_table, retired_memories or stale_memories, whose setting this transaction locked;
p_before; p_limit, the size of the page.
Result: purged, the number of deleted memories; finished, whether it was the last page.';

create function _purge_expired(
  p_table text, p_deadline timestamptz, out rows bigint, out finished boolean
)
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
declare
  c_batch_size constant integer := 1000;
  v_keep interval;
  v_purged bigint;
begin
  rows := 0;
  select s.keep into v_keep
  from retention_settings as s
  where s.table_name = p_table
  for update skip locked;
  -- It is being changed.
  finished := v_keep is null;
  while not finished loop
    if p_table in ('retired_memories', 'stale_memories') then
      select p.purged, p.finished
      into v_purged, finished
      from _purge_expired_memories(p_table, _now() - v_keep, c_batch_size) as p;
    else
      v_purged := _purge_older(
        p_table,
        case p_table
          when 'author_cache' then 'cached_at'
          when 'review_checkpoints' then 'updated_at'
          else 'created_at'
        end,
        v_keep, c_batch_size
      );
      finished := v_purged < c_batch_size;
    end if;
    rows := rows + v_purged;
    exit when clock_timestamp() >= p_deadline;
  end loop;
end
$$;

comment on function _purge_expired is
'Delete what is older than its retention (retention_settings), at least one batch.
Arguments: p_table, of retention_settings; p_deadline, when to stop.
Result: rows, the number of deleted rows; finished, whether nothing is left to delete.';

create function _purge_former_embeddings(
  p_deadline timestamptz, out rows bigint, out finished boolean
)
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_purged bigint;
begin
  rows := 0;
  loop
    v_purged := purge_embeddings();
    rows := rows + v_purged;
    finished := v_purged = 0;
    exit when finished or clock_timestamp() >= p_deadline;
  end loop;
end
$$;

comment on function _purge_former_embeddings is
'Delete the embeddings that re-embedding has replaced, at least one batch.
Argument: p_deadline, when to stop.
Result: rows, the number of deleted embeddings; finished, whether none is left.';

create function _analyze_changed(p_deadline timestamptz, out rows bigint, out finished boolean)
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_table regclass;
begin
  rows := 0;
  finished := true;
  for v_table in
    select s.relid
    from pg_stat_user_tables as s
    where
      s.schemaname = current_schema()
      -- As autovacuum does by default.
      and s.n_mod_since_analyze + pg_stat_get_xact_tuples_deleted(s.relid)
      > 50 + 0.1 * s.n_live_tup
    order by s.relname
  loop
    finished := clock_timestamp() < p_deadline;
    exit when not finished;
    begin
      -- Dynamic: the table varies.
      execute format('lock table %s in share update exclusive mode nowait', v_table);
      execute format('analyze %s', v_table);
      rows := rows + 1;
    exception when lock_not_available then
      -- Autovacuum may be doing it.
      null;
    end;
  end loop;
end
$$;

comment on function _analyze_changed is
'Analyze the tables of which a tenth has changed, unless a vacuum, an index rebuild or forget_ works
on them.
Argument: p_deadline, when to stop.
Result: rows, the number of tables analyzed; finished, whether none is left.';

commit;
