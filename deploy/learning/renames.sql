-- Deploy kodiai:learning/renames to pg
--
-- The steps of rename_repo and rename_owner.

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _list_repos(p_owner text)
returns text[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
set enable_bitmapscan = off
as $$
declare
  v_table regclass;
  v_found text[];
  v_repos text[] := '{}';
begin
  for v_table in
    select c.oid
    from pg_class as c
    inner join pg_attribute as a on a.attrelid = c.oid
    where
      c.relnamespace = quote_ident(current_schema())::regnamespace
      and c.relkind = 'r'
      and a.attname = 'repo'
    order by c.relname
  loop
    -- Dynamic: the table varies. Skip from name to name in an index. The names of an owner are
    -- not a range of it, because most collations ignore the slash.
    execute format(
      'with recursive repos as (
        (select e.repo from %1$s as e order by e.repo limit 1)
        union all
        select (select e.repo from %1$s as e where e.repo > r.repo order by e.repo limit 1)
        from repos as r
        where r.repo is not null
      )
      select array(select r.repo from repos as r where split_part(r.repo, ''/'', 1) = $1)',
      v_table
    )
    into v_found
    using p_owner;
    v_repos := v_repos || v_found;
  end loop;
  return array(select distinct r.repo from unnest(v_repos) as r (repo) order by r.repo);
end
$$;

comment on function _list_repos is
'List the repositories of an owner that occur in any table. Takes time for each repository of each
table, also for those of other owners.
Argument: p_owner.
Result: their names, sorted.';

create function _lock_repos(p_repos text[])
returns void
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_repo text;
begin
  -- One statement per lock: a query might evaluate them in another order.
  for v_repo in select distinct r.repo from unnest(p_repos) as r (repo) order by r.repo loop
    perform pg_advisory_xact_lock(_lock_key('repo', v_repo));
  end loop;
end
$$;

comment on function _lock_repos is
'Lock repositories until the end of the transaction. Waits for transactions that hold the lock of
one of their pull requests (_lock_pull_request).
Argument: p_repos, their names, in any order.';

create function _merge_usage(p_kept bigint[], p_dropped bigint[])
returns void
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
begin
  update assessment_memories as e set memory_id = m.kept
  from unnest(p_kept, p_dropped) as m (kept, dropped)
  where
    e.memory_id = m.dropped
    and not exists (
      select from assessment_memories as k
      where k.memory_id = m.kept and k.assessment_id = e.assessment_id
    );
  update recalled_memories as r set memory_id = m.kept
  from unnest(p_kept, p_dropped) as m (kept, dropped)
  where r.memory_id = m.dropped;
  insert into memory_trust as t (memory_id, created_at, confirmed, contradicted)
  select m.kept, d.created_at, d.confirmed, d.contradicted
  from unnest(p_kept, p_dropped) as m (kept, dropped)
  inner join memory_trust as d on m.dropped = d.memory_id
  on conflict (memory_id) do update
  set
    confirmed = t.confirmed + excluded.confirmed,
    contradicted = t.contradicted + excluded.contradicted;
end
$$;

comment on function _merge_usage is
'Move what is known of the use of memories to those that replace them.
Arguments: p_kept; p_dropped, the memory that each replaces. This transaction locked all of them.';

create function _merge_memories(p_repos text[], p_new_repos text[])
returns bigint
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
-- Custom plans: the right index depends on how many memories there are.
set plan_cache_mode = force_custom_plan
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
declare
  v_locked bigint[];
  v_kept bigint[];
  v_dropped bigint[];
begin
  if not exists (
    select
    from unnest(p_repos, p_new_repos) as r (repo, new_repo)
    inner join learning_memories as o on o.repo = r.repo
    inner join learning_memories as n on n.repo = r.new_repo and n.finding_id = o.finding_id
  )
  then
    return 0;
  end if;

  -- All of them: _rename_rows locks the others, and must not lock any that come before these.
  v_locked := _lock_memories(
    array(select m.id from learning_memories as m where m.repo = any (p_repos || p_new_repos))
  );
  -- In a second statement, which sees what the lock waited for.
  select
    array_agg(case when n.stale and not o.stale then o.id else n.id end),
    array_agg(case when n.stale and not o.stale then n.id else o.id end)
  into v_kept, v_dropped
  from unnest(p_repos, p_new_repos) as r (repo, new_repo)
  inner join learning_memories as o on o.repo = r.repo
  inner join learning_memories as n on n.repo = r.new_repo and n.finding_id = o.finding_id
  where o.id = any (v_locked) and n.id = any (v_locked);
  if v_kept is null then
    return 0;
  end if;

  insert into memory_voices (
    created_at, memory_id, login, event, association, voice, rationale, url, finding_id, said_at,
    withdrawn_at, is_pending
  )
  select
    v.created_at, m.kept, v.login, v.event, v.association, v.voice, v.rationale, v.url,
    v.finding_id, v.said_at, v.withdrawn_at, v.is_pending
  from unnest(v_kept, v_dropped) as m (kept, dropped)
  inner join memory_voices as v on v.memory_id = m.dropped
  order by v.id
  on conflict (memory_id, login, event) do update
  set
    association = excluded.association,
    voice = excluded.voice,
    rationale = excluded.rationale,
    url = excluded.url,
    finding_id = excluded.finding_id,
    said_at = excluded.said_at,
    withdrawn_at = excluded.withdrawn_at,
    is_pending = excluded.is_pending
  -- What somebody said last is what they say.
  where
    greatest(excluded.said_at, excluded.withdrawn_at)
    > greatest(memory_voices.said_at, memory_voices.withdrawn_at);
  insert into memory_findings (finding_id, memory_id)
  select f.finding_id, m.kept
  from unnest(v_kept, v_dropped) as m (kept, dropped)
  inner join memory_findings as f on f.memory_id = m.dropped
  on conflict do nothing;
  update memory_history as h set memory_id = m.kept
  from unnest(v_kept, v_dropped) as m (kept, dropped)
  where h.memory_id = m.dropped;
  perform _merge_usage(v_kept, v_dropped);
  update learning_memories as s set superseded_by = m.kept
  from unnest(v_kept, v_dropped) as m (kept, dropped)
  where s.superseded_by = m.dropped;
  perform _settle_memories(v_kept, 'taught', null);
  -- What someone retired under either name stays retired.
  perform _change_states(
    array[k.id], array['retired'], null, 'retired', null, d.retired_reason, k.superseded_by
  )
  from unnest(v_kept, v_dropped) as m (kept, dropped)
  inner join learning_memories as k on m.kept = k.id
  inner join learning_memories as d on m.dropped = d.id
  where k.retired_reason is null and d.retired_reason is not null;
  delete from learning_memories as m where m.id = any (v_dropped);
  return cardinality(v_dropped);
end
$$;

comment on function _merge_memories is
'Merge the memories of the same findings of an old and of a new name: the one of the new name is
kept, unless only that one is stale. It gets the voices and the history of the other, which is
deleted, and supersedes what the other did.
Arguments: p_repos, the old names; p_new_repos, the new name of each.
Result: number of deleted memories.';

create function _rename_rows(
  p_table text,
  p_repos text[],
  p_new_repos text[],
  p_same_key text,
  p_drop_new text,
  p_set text
)
returns table (renamed bigint, dropped bigint)
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
declare
  v_renamed bigint;
  v_dropped bigint := 0;
begin
  for v_attempts in 1 .. 5 loop
    begin
      if p_table = 'learning_memories' then
        v_dropped := _merge_memories(p_repos, p_new_repos);
      end if;
      -- Dynamic: the table, its key and the other columns to set vary.
      -- Lock in id order, like mark_stale_memories, so that the two do not deadlock.
      execute format(
        'select from %I as o where o.repo = any ($1) order by o.id for update', p_table
      )
      using p_repos;
      if p_same_key is not null then
        execute format(
          'with duplicates as (
            select case when %s then n.id else o.id end as id
            from unnest($1, $2) as r (repo, new_repo)
            inner join %I as o on o.repo = r.repo
            inner join %2$I as n on n.repo = r.new_repo and %s
          )
          delete from %2$I where id = any (array(select d.id from duplicates as d))',
          p_drop_new, p_table, p_same_key
        )
        using p_repos, p_new_repos;
        get diagnostics v_dropped = row_count;
      end if;
      execute format(
        'update %I as o set repo = r.new_repo %s
        from unnest($1, $2) as r (repo, new_repo)
        where o.repo = r.repo',
        p_table, p_set
      )
      using p_repos, p_new_repos;
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
'Rename repositories in one table.
Arguments: p_table; p_repos, the old names; p_new_repos, the new names; p_same_key, a condition that
is true if a row o of an old and a row n of the new name have the same unique key, null if the
key does not include the name, and for memories, which are merged (_merge_memories); p_drop_new, a
condition that is true if n is to be deleted instead of o; p_set, further assignments from r.repo
and r.new_repo, preceded by a comma.
Result: one row. renamed, the number of rows that got a new name; dropped, the number of rows
deleted because of their key.
Errors: 40001 if rows with the same keys kept being written under the new name.';

create function _supersede_older_runs(p_repos text[])
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
    where s.repo = any (p_repos) and s.status in ('pending', 'running')
    window newest_first as (
      partition by s.repo, s.pr_number order by s.created_at desc, s.id desc
    )
  )

  update run_state as s
  set status = 'superseded', superseded_by = o.newest_run_key, completed_at = _now()
  from open_runs as o
  where s.id = o.id and o.rank > 1;
end
$$;

comment on function _supersede_older_runs is
'Leave at most one open run of each pull request of some repositories: the one claimed last.
Argument: p_repos, repositories that this transaction locked (_lock_repos).';

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
(_lock_repos).';

create function _rename_repos(p_repos text[], p_new_repos text[])
returns table (table_name text, renamed bigint, dropped bigint)
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
declare
  -- As if the second recording had been answered with the first one.
  c_recorded_later constant text := '(n.created_at, n.id) > (o.created_at, o.id)';
  v_table text;
  v_same_key text;
  v_drop_new text;
begin
  -- Memories first, because they take longest: what other calls wait for is then locked only
  -- briefly.
  return query
  select 'learning_memories', r.renamed, r.dropped
  from _rename_rows(
    'learning_memories', p_repos, p_new_repos, null, null,
    ', owner = split_part(r.new_repo, ''/'', 1)
    , source_repo = case o.source_repo when r.repo then r.new_repo else o.source_repo end'
  ) as r;

  perform _lock_repos(p_repos || p_new_repos);
  for v_table, v_same_key, v_drop_new in
    values
    -- Waits for transactions that are recording reactions to the findings of the reviews.
    (
      'reviews', 'n.pr_number = o.pr_number and n.delivery_id = o.delivery_id',
      c_recorded_later
    ),
    (
      'feedback_reactions',
      'n.comment_id = o.comment_id and (
        n.reaction_id = o.reaction_id
        or n.comment_surface = o.comment_surface and n.reactor_login = o.reactor_login
      )',
      'n.reaction_id < o.reaction_id'
    ),
    ('author_cache', 'n.author_login = o.author_login', 'n.cached_at < o.cached_at'),
    ('dep_bump_merge_history', 'n.pr_number = o.pr_number', 'false'),
    (
      'assessments',
      'n.delivery_id = o.delivery_id and n.finding_text = o.finding_text
      and n.file_path is not distinct from o.file_path',
      c_recorded_later
    ),
    (
      'recalled_memories', 'n.delivery_id = o.delivery_id and n.memory_id = o.memory_id',
      c_recorded_later
    ),
    ('review_checkpoints', null, null),
    (
      'telemetry_events',
      'n.delivery_id = o.delivery_id and n.event_type = o.event_type
      and n.session_id is not distinct from o.session_id',
      c_recorded_later
    ),
    (
      'rate_limit_events', 'n.delivery_id = o.delivery_id and n.event_type = o.event_type',
      c_recorded_later
    ),
    ('retrieval_quality_events', 'n.delivery_id = o.delivery_id', c_recorded_later),
    ('resilience_events', 'n.delivery_id = o.delivery_id', c_recorded_later),
    ('run_state', null, null)
  loop
    return query
    select v_table, r.renamed, r.dropped
    from _rename_rows(v_table, p_repos, p_new_repos, v_same_key, v_drop_new, '') as r;
  end loop;
  return query
  select 'learning_policies', r.renamed, r.dropped
  from _rename_rows(
    'learning_policies', p_repos, p_new_repos, 'true', 'false',
    ', owner = split_part(r.new_repo, ''/'', 1)'
  ) as r;

  perform _supersede_older_runs(p_new_repos);
  perform _record_rename(r.repo, r.new_repo)
  from unnest(p_repos, p_new_repos) as r (repo, new_repo);
end
$$;

comment on function _rename_repos is
'Rename repositories in every table, for rename_repo and rename_owner.
Arguments: p_repos, the old names, distinct; p_new_repos, the new name of each, none of which is an
old one.
Result: as in rename_repo.
Errors: as in _rename_rows.';

commit;
