-- Deploy kodiai:learning/forgetting to pg
--
-- The steps of forget_repo, forget_owner and forget_person.

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

-- What is forgotten is found by these; other names are in indexes of their tables.
create index learning_memories_source_repo_idx
on learning_memories (split_part(source_repo, '/', 1), source_repo)
where source_repo <> repo;

create index repo_renames_old_owner_idx on repo_renames (split_part(old_repo, '/', 1));
create index repo_renames_new_owner_idx on repo_renames (split_part(new_repo, '/', 1));
create index author_cache_author_login_idx on author_cache (author_login);
create index feedback_reactions_reactor_login_idx on feedback_reactions (reactor_login);

create index memory_history_changed_by_idx on memory_history (changed_by)
where changed_by is not null;

create index telemetry_events_pr_author_idx on telemetry_events (pr_author)
where pr_author is not null;

create index resilience_events_pr_author_idx on resilience_events (pr_author)
where pr_author is not null;

create type forgotten_rows as (table_name text, deleted bigint, anonymized bigint);

comment on type forgotten_rows is
'What was forgotten in a table: rows deleted, and rows that stay without a name.';

create function _lock_statistics()
returns void
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
-- A vacuum by hand or an index rebuild may take hours.
set lock_timeout = '10s'
as $$
declare
  v_table regclass;
begin
  for v_table in
    select c.oid
    from pg_class as c
    where c.relnamespace = quote_ident(current_schema())::regnamespace and c.relkind = 'r'
    order by c.relname
  loop
    -- Dynamic: the table varies.
    execute format('lock table %s in share update exclusive mode', v_table);
  end loop;
end
$$;

comment on function _lock_statistics is
'Lock the planner statistics of all tables until the end of the transaction, as ANALYZE does: one
call at a time forgets. Rows are read and written meanwhile. Call it before locking any row.
Errors: 55P03 if a lock is not granted within 10 seconds.';

create function _refresh_statistics()
returns void
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_table regclass;
begin
  for v_table in
    select c.oid
    from pg_class as c
    where
      c.relnamespace = quote_ident(current_schema())::regnamespace
      and c.relkind = 'r'
      and (
        current_setting('track_counts') = 'off'
        or pg_stat_get_xact_tuples_deleted(c.oid) > 0
        or pg_stat_get_xact_tuples_updated(c.oid) > 0
      )
    order by c.relname
  loop
    -- Dynamic: the table varies.
    execute format('analyze %s', v_table);
    -- ANALYZE keeps the statistics if its sample is empty. Before PostgreSQL 18, only a superuser
    -- can delete them.
    if
      to_regproc('pg_catalog.pg_clear_attribute_stats') is not null
      and 0 = (select c.reltuples from pg_class as c where c.oid = v_table)
    then
      -- Dynamic: earlier versions do not have the function.
      execute
        'select pg_clear_attribute_stats(s.schemaname, s.tablename, s.attname, s.inherited)
        from pg_stats as s
        inner join pg_class as c on c.relname = s.tablename
        where
          s.schemaname = current_schema()
          and c.relnamespace = quote_ident(current_schema())::regnamespace
          -- Indexes have statistics of their expressions.
          and (c.oid = $1 or c.oid in (select i.indexrelid from pg_index as i where i.indrelid = $1))'
      using v_table;
    end if;
  end loop;
end
$$;

comment on function _refresh_statistics is
'Replace the planner statistics of the tables in which this transaction deleted or changed rows:
they are samples of what was there. This transaction called _lock_statistics.';

create function _forget_rows(p_table text, p_column text, p_names text[])
returns bigint
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
declare
  v_deleted bigint;
begin
  -- Dynamic: the table and the column vary. Lock in id order, like rename_repo.
  execute format(
    'select from %1$I as o where o.%2$I = any ($1) order by o.id for update', p_table, p_column
  )
  using p_names;
  execute format('delete from %1$I as o where o.%2$I = any ($1)', p_table, p_column)
  using p_names;
  get diagnostics v_deleted = row_count;
  return v_deleted;
end
$$;

comment on function _forget_rows is
'Delete the rows of a table that name something.
Arguments: p_table; p_column, which is indexed; p_names, its values.
Result: number of deleted rows.';

create function _forget_children(p_table text, p_column text, p_parent_ids bigint[])
returns forgotten_rows
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
declare
  v_deleted bigint;
begin
  -- Dynamic: the table and the column vary.
  execute format('delete from %1$I as o where o.%2$I = any ($1)', p_table, p_column)
  using p_parent_ids;
  get diagnostics v_deleted = row_count;
  return (p_table, v_deleted, 0)::forgotten_rows;
end
$$;

comment on function _forget_children is
'Delete the rows that belong to others, as their foreign key would: to count them.
Arguments: p_table; p_column, the foreign key; p_parent_ids, rows that this transaction locked.
Result: what was forgotten.';

create function _lock_taught_memories(p_repos text[])
returns bigint[]
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
declare
  c_owners constant text[] := array(
    select distinct split_part(r.repo, '/', 1) from unnest(p_repos) as r (repo)
  );
  v_repo text;
  v_ids bigint[];
  v_locked bigint[];
begin
  -- One statement per lock: a query might evaluate them in another order.
  for v_repo in
    select r.repo from unnest(p_repos) as r (repo)
    union
    select m.repo from learning_memories as m
    where
      split_part(m.source_repo, '/', 1) = any (c_owners)
      and m.source_repo = any (p_repos)
      and m.source_repo <> m.repo
    order by repo
  loop
    perform _lock_teaching(v_repo);
  end loop;

  v_ids := array(
    select m.id from learning_memories as m where m.repo = any (p_repos)
    union
    select m.id from learning_memories as m
    where
      split_part(m.source_repo, '/', 1) = any (c_owners)
      and m.source_repo = any (p_repos)
      and m.source_repo <> m.repo
  );
  -- Those that they superseded change too.
  v_locked := array(
    select m.id from learning_memories as m
    where
      m.id = any (
        v_ids || array(
          select s.id from learning_memories as s where s.superseded_by = any (v_ids)
        )
      )
    order by m.id
    for update
  );
  -- In a second statement, which sees what the lock waited for.
  return array(
    select m.id from learning_memories as m
    where m.id = any (v_locked) and (m.repo = any (p_repos) or m.source_repo = any (p_repos))
    order by m.id
  );
end
$$;

comment on function _lock_taught_memories is
'Lock the teaching of repositories, then their memories, those that other repositories have from
them, and those that any of these superseded.
Argument: p_repos.
Result: ids of the memories that are of these repositories or from them, in ascending order.';

create function _forget_memories(p_repos text[])
returns setof forgotten_rows
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
declare
  v_ids constant bigint[] := _lock_taught_memories(p_repos);
  v_table text;
begin
  foreach v_table in array array[
    'memory_voices', 'memory_findings', 'memory_history', 'memory_origins', 'memory_trust',
    'embedding_leases', 'recalled_memories', 'assessment_memories'
  ] loop
    return next _forget_children(v_table, 'memory_id', v_ids);
  end loop;
  -- Triggers delete the postings: one for each lexeme, and one for the document.
  return query
  select 'postings', count(m.search_tsv) + coalesce(sum(length(m.search_tsv)), 0)::bigint, 0::bigint
  from learning_memories as m
  where m.id = any (v_ids);
  return next _forget_children('learning_memories', 'id', v_ids);
end
$$;

comment on function _forget_memories is
'Delete the memories of repositories, and those that other repositories have from them.
Argument: p_repos.
Result: what was forgotten.';

create function _forget_reviews(p_repos text[])
returns setof forgotten_rows
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
declare
  v_review_ids constant bigint[] := array(
    select r.id from reviews as r where r.repo = any (p_repos) order by r.id for update
  );
  v_finding_ids constant bigint[] := array(
    select f.id from findings as f
    where f.review_id = any (v_review_ids)
    order by f.id
    for update
  );
begin
  return next _forget_children('suppression_log', 'review_id', v_review_ids);
  return next _forget_children('feedback_reactions', 'review_id', v_review_ids);
  return query
  select 'postings', count(f.search_tsv) + coalesce(sum(length(f.search_tsv)), 0)::bigint, 0::bigint
  from findings as f
  where f.id = any (v_finding_ids);
  -- Before the reviews: their trigger moves the postings of one review at a time.
  return next _forget_children('findings', 'id', v_finding_ids);
  return next _forget_children('reviews', 'id', v_review_ids);
end
$$;

comment on function _forget_reviews is
'Delete the reviews of repositories.
Argument: p_repos, which this transaction locked (_lock_repos).
Result: what was forgotten.';

create function _forget_repos(p_repos text[])
returns setof forgotten_rows
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_table text;
  v_column text;
begin
  -- Memories first, like rename_repo.
  return query select * from _forget_memories(p_repos);
  perform _lock_repos(p_repos);
  return query select * from _forget_reviews(p_repos);
  return next _forget_children(
    'assessment_memories', 'assessment_id',
    array(select a.id from assessments as a where a.repo = any (p_repos) order by a.id for update)
  );
  for v_table, v_column in
    values
    ('feedback_reactions', 'repo'), ('author_cache', 'repo'), ('dep_bump_merge_history', 'repo'),
    ('assessments', 'repo'), ('recalled_memories', 'repo'), ('review_checkpoints', 'repo'),
    ('telemetry_events', 'repo'), ('rate_limit_events', 'repo'),
    ('retrieval_quality_events', 'repo'), ('resilience_events', 'repo'), ('run_state', 'repo'),
    ('learning_policies', 'repo'), ('repo_renames', 'old_repo'), ('repo_renames', 'new_repo')
  loop
    return next (v_table, _forget_rows(v_table, v_column, p_repos), 0)::forgotten_rows;
  end loop;
end
$$;

comment on function _forget_repos is
'Delete everything about repositories, in every table.
Argument: p_repos, their names. This transaction called _lock_statistics.
Result: what was forgotten; a table may have several rows.';

create function _list_owner_repos(p_owner text)
returns text[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
begin
  return array(
    select r.repo from unnest(_list_repos(p_owner)) as r (repo)
    union
    select m.source_repo from learning_memories as m
    where split_part(m.source_repo, '/', 1) = p_owner and m.source_repo <> m.repo
    union
    select n.old_repo from repo_renames as n where split_part(n.old_repo, '/', 1) = p_owner
    union
    select n.new_repo from repo_renames as n where split_part(n.new_repo, '/', 1) = p_owner
  );
end
$$;

comment on function _list_owner_repos is
'List the repositories of an owner that occur in any table, also as the source of memories and in
renames.
Argument: p_owner.
Result: their names.';

create function _forget_voices(p_login text)
returns setof forgotten_rows
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
declare
  c_min_others constant integer := 3;
  v_ids constant bigint[] := _lock_memories(
    array(
      select v.memory_id from memory_voices as v where v.login = p_login
      union
      select h.memory_id from memory_history as h where h.changed_by = p_login
    )
  );
  v_deleted bigint;
  v_anonymized bigint;
begin
  delete from memory_voices as v
  where
    v.login = p_login
    and v.memory_id = any (v_ids)
    and (
      v.withdrawn_at is not null
      or v.is_pending
      or c_min_others > (
        select count(*) from memory_voices as o
        where
          o.memory_id = v.memory_id
          -- Not an event: it hides nobody.
          and o.login <> p_login
          and o.withdrawn_at is null
          and not o.is_pending
          and _voice_side(o.voice) = _voice_side(v.voice)
      )
    );
  get diagnostics v_deleted = row_count;
  update memory_voices as v
  set
    login = 'anonymous ' || gen_random_uuid(),
    association = null,
    rationale = null,
    url = null,
    finding_id = null,
    -- A comment on GitHub could be found by its exact time.
    said_at = date_trunc('day', v.said_at, 'UTC'),
    created_at = date_trunc('day', v.created_at, 'UTC')
  where v.login = p_login and v.memory_id = any (v_ids);
  get diagnostics v_anonymized = row_count;
  return next ('memory_voices', v_deleted, v_anonymized)::forgotten_rows;

  return query select * from _forget_changes(v_ids, p_login);
  perform _settle_memories(v_ids, 'taught', null);
end
$$;

comment on function _forget_voices is
'Forget what a person said about memories. A voice stays, without login, text and place, if it
counts and at least three other people speak on the same side; all others are deleted. The outcomes
and states of the memories follow.
Argument: p_login.
Result: what was forgotten.';

create function _forget_changes(p_memory_ids bigint[], p_login text)
returns setof forgotten_rows
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
declare
  -- A memory that is retired without a reason is restored by the next voice.
  c_reason constant text := 'forgotten';
  v_memory_ids bigint[];
  v_reasons text[];
  v_anonymized bigint;
begin
  select array_agg(h.memory_id), array_agg(h.reason)
  into v_memory_ids, v_reasons
  from memory_history as h
  where h.memory_id = any (p_memory_ids) and h.changed_by = p_login and h.reason is not null;

  update memory_history as h
  set
    changed_by = nullif(h.changed_by, p_login),
    reason = case when h.changed_by is distinct from p_login then h.reason end,
    before = _replace_reason(h.before, u.reasons, c_reason),
    after = _replace_reason(h.after, u.reasons, c_reason)
  from (
    select i.id, array_agg(r.reason) filter (where r.reason is not null) as reasons
    from unnest(p_memory_ids) as i (id)
    left join unnest(v_memory_ids, v_reasons) as r (id, reason) on i.id = r.id
    group by i.id
  ) as u
  where
    h.memory_id = u.id
    and (
      h.changed_by = p_login
      or h.before ->> 'retired_reason' = any (u.reasons)
      or h.after ->> 'retired_reason' = any (u.reasons)
    );
  get diagnostics v_anonymized = row_count;
  return next ('memory_history', 0, v_anonymized)::forgotten_rows;

  update learning_memories as m
  set retired_reason = c_reason
  from unnest(v_memory_ids, v_reasons) as r (id, reason)
  where m.id = r.id and m.retired_reason = r.reason;
  get diagnostics v_anonymized = row_count;
  return next ('learning_memories', 0, v_anonymized)::forgotten_rows;
end
$$;

comment on function _forget_changes is
'Remove a person from the history of memories, with the reasons that they gave. What they changed
stays changed.
Arguments: p_memory_ids, which this transaction locked; p_login.
Result: what was forgotten.';

create function _replace_reason(p_columns jsonb, p_reasons text[], p_reason text)
returns jsonb
language sql immutable parallel safe
return case
  when p_columns ->> 'retired_reason' = any(p_reasons)
    then jsonb_set(p_columns, '{retired_reason}', to_jsonb(p_reason))
  else p_columns
end;

comment on function _replace_reason is
'Replace the reason for retiring a memory in its history.
Arguments: p_columns, a column of memory_history; p_reasons, what is replaced, null for nothing;
p_reason.
Result: the changed p_columns.';

create function _forget_authors(p_login text)
returns setof forgotten_rows
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
declare
  v_table text;
  v_anonymized bigint;
begin
  -- In this order, like record_feedback_reactions.
  perform from feedback_reactions as b
  where b.reactor_login = p_login
  order by b.repo, b.comment_id, b.comment_surface, b.reactor_login
  for update;
  return next (
    'feedback_reactions', _forget_rows('feedback_reactions', 'reactor_login', array[p_login]), 0
  )::forgotten_rows;
  return next (
    'author_cache', _forget_rows('author_cache', 'author_login', array[p_login]), 0
  )::forgotten_rows;
  foreach v_table in array array['resilience_events', 'telemetry_events'] loop
    -- Dynamic: the table varies. Lock in id order, like rename_repo.
    execute format('select from %I as e where e.pr_author = $1 order by e.id for update', v_table)
    using p_login;
    execute format('update %I as e set pr_author = null where e.pr_author = $1', v_table)
    using p_login;
    get diagnostics v_anonymized = row_count;
    return next (v_table, 0, v_anonymized)::forgotten_rows;
  end loop;
end
$$;

comment on function _forget_authors is
'Forget a person as an author of pull requests and as one who reacted to comments. Costs stay,
without an author.
Argument: p_login.
Result: what was forgotten.';

commit;
