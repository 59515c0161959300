-- Deploy kodiai:learning/renames to pg
--
-- The steps of rename_repo.

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _lock_renamed_repos(p_repo text, p_new_repo text)
returns void
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
begin
  -- One statement per lock: a query might evaluate them in another order.
  perform pg_advisory_xact_lock(_repo_lock_key(least(p_repo, p_new_repo)));
  perform pg_advisory_xact_lock(_repo_lock_key(greatest(p_repo, p_new_repo)));
end
$$;

comment on function _lock_renamed_repos is
'Lock both names of a repository until the end of the transaction. Waits for transactions that
hold the lock of one of its pull requests (_lock_pull_request).
Arguments: p_repo, the old name; p_new_repo, the new name.';

create function _rename_rows(
  p_table text,
  p_repo text,
  p_new_repo text,
  p_same_key text,
  p_drop_new text,
  p_set text
)
returns table (renamed bigint, dropped bigint)
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_renamed bigint;
  v_dropped bigint := 0;
begin
  for v_attempts in 1 .. 5 loop
    begin
      -- Dynamic: the table, its key and the other columns to set vary.
      -- Lock in id order, like mark_stale_memories, so that the two do not deadlock.
      execute format('select from %I as o where o.repo = $1 order by o.id for update', p_table)
      using p_repo;
      if p_same_key is not null then
        execute format(
          'with duplicates as (
            select case when %s then n.id else o.id end as id
            from %I as o inner join %2$I as n on %s
            where o.repo = $1 and n.repo = $2
          )
          delete from %2$I where id = any (array(select d.id from duplicates as d))',
          p_drop_new, p_table, p_same_key
        )
        using p_repo, p_new_repo;
        get diagnostics v_dropped = row_count;
      end if;
      execute format('update %I as o set repo = $2 %s where o.repo = $1', p_table, p_set)
      using p_repo, p_new_repo;
      get diagnostics v_renamed = row_count;
      return query select v_renamed, v_dropped;
      return;
    exception when unique_violation then
      null; -- A row with the same key was just written under the new name.
    end;
  end loop;
  raise exception using
    errcode = 'serialization_failure',
    message = format('rows with the same keys kept being written to %s', p_table),
    hint = 'Retry the transaction.';
end
$$;

comment on function _rename_rows is
'Rename a repository in one table.
Arguments: p_table; p_repo, the old name; p_new_repo, the new name; p_same_key, a condition that
is true if a row o of the old and a row n of the new name have the same unique key, null if the
key does not include the name; p_drop_new, a condition that is true if n is to be deleted instead
of o; p_set, further assignments, preceded by a comma.
Result: one row. renamed, the number of rows that got the new name; dropped, the number of rows
deleted because of their key.
Errors: 40001 if rows with the same keys kept being written under the new name.';

create function _supersede_older_runs(p_repo text)
returns void
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
begin
  with open_runs as (
    select
      s.id,
      first_value(s.run_key) over newest_first as newest_run_key,
      row_number() over newest_first as rank
    from run_state as s
    where s.repo = p_repo and s.status in ('pending', 'running')
    window newest_first as (partition by s.pr_number order by s.created_at desc, s.id desc)
  )

  update run_state as s
  set status = 'superseded', superseded_by = o.newest_run_key, completed_at = _now()
  from open_runs as o
  where s.id = o.id and o.rank > 1;
end
$$;

comment on function _supersede_older_runs is
'Leave at most one open run of each pull request of a repository: the one claimed last.
Argument: p_repo, a repository that this transaction locked (_lock_renamed_repos).';

create function _record_rename(p_repo text, p_new_repo text)
returns void
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
begin
  delete from repo_renames as n where n.old_repo = p_new_repo;
  update repo_renames as n set new_repo = p_new_repo where n.new_repo = p_repo;
  insert into repo_renames (old_repo, new_repo)
  values (p_repo, p_new_repo)
  on conflict (old_repo) do update
  set new_repo = excluded.new_repo, created_at = excluded.created_at;
end
$$;

comment on function _record_rename is
'Record that a repository was renamed, for _current_repo.
Arguments: p_repo, the old name; p_new_repo, the new name. This transaction locked both
(_lock_renamed_repos).';

commit;
