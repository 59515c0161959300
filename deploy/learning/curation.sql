-- Deploy kodiai:learning/curation to pg
--
-- Which memories a call changes, and how their states and texts change.

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _find_memory(p_repo text, p_finding_id bigint)
returns bigint
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
set enable_bitmapscan = off
set enable_sort = off
as $$
begin
  return coalesce(
    (
      -- In the order of learning_memories_key: planned on an empty table, an equality would use
      -- any index that begins with repo, and read the whole repository ever after.
      select case when m.finding_id = p_finding_id then m.id end
      from learning_memories as m
      where m.repo = p_repo and m.finding_id >= p_finding_id
      order by m.finding_id
      limit 1
    ),
    (
      select min(f.memory_id)
      from memory_findings as f
      where
        f.finding_id = p_finding_id
        and p_repo = (select m.repo from learning_memories as m where m.id = f.memory_id)
    )
  );
end
$$;

comment on function _find_memory is
'Find the memory that a finding taught or repeated.
Arguments: p_repo; p_finding_id.
Result: its id; null if there is none.';

create function _find_text(p_repo text, p_finding_text text)
returns bigint
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
declare
  c_hash constant bigint := hashtextextended(p_finding_text, 0);
begin
  return coalesce(
    (
      select m.id
      from (
        select m.* from learning_memories as m
        where hashtextextended(m.finding_text, 0) = c_hash
        -- Optimization fence: no other index, which might read the whole repository.
        offset 0
      ) as m
      where m.finding_text = p_finding_text and m.repo = p_repo and not m.stale
      order by m.state = 'active' desc, m.id
      limit 1
    ),
    -- What was corrected must not be learned again.
    (
      select max(h.memory_id)
      from memory_history as h
      where
        hashtextextended(h.before ->> 'finding_text', 0) = c_hash
        and h.before ->> 'finding_text' = p_finding_text
        and p_repo = (
          select m.repo from learning_memories as m where m.id = h.memory_id and not m.stale
        )
    )
  );
end
$$;

comment on function _find_text is
'Find the memory that has a text, or had it before a correction. Stale memories are no longer
repeated.
Arguments: p_repo; p_finding_text.
Result: its id; null if there is none.';

create function _lock_memories(p_memory_ids bigint[])
returns bigint[]
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
-- Always use the primary key, even on tables too small for the planner to prefer it.
set enable_seqscan = off
as $$
begin
  -- In id order, like mark_stale_memories, so that concurrent calls do not deadlock.
  return array(
    select m.id from learning_memories as m
    where m.id = any (p_memory_ids)
    order by m.id
    for no key update
  );
end
$$;

comment on function _lock_memories is
'Lock memories until the end of the transaction, so that nobody changes them or their voices.
Argument: p_memory_ids.
Result: those that exist, in ascending order.';

create function _lock_teaching(p_repo text)
returns void
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
begin
  perform pg_advisory_xact_lock(_lock_key('teaching', p_repo));
end
$$;

comment on function _lock_teaching is
'Lock the contents of a repository until the end of the transaction: one call at a time looks for
the memory that a text repeats, or replaces one memory by another. Call it before _lock_memories.
Argument: p_repo.';

create function _select_memories(
  p_repo text,
  p_memory_ids bigint[],
  p_finding_ids bigint[] default null,
  p_extra_ids bigint[] default null
)
returns bigint[]
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
-- Always use the primary key, even on tables too small for the planner to prefer it.
set enable_seqscan = off
as $$
declare
  -- Flattened, because arrays of several dimensions cannot be searched.
  v_given bigint[] := array(
    select u.id
    from unnest(coalesce(p_memory_ids, p_finding_ids)) with ordinality as u (id, ord)
    order by u.ord
  );
  v_ids bigint[] := v_given;
  v_ordinal bigint;
begin
  if num_nonnulls(p_memory_ids, p_finding_ids) = 0 then
    perform _reject_argument('p_memory_ids or p_finding_ids', 'an array of ids', null);
  elsif num_nonnulls(p_memory_ids, p_finding_ids) = 2 then
    perform _reject_argument(
      'p_finding_ids', 'null, because p_memory_ids is given', to_jsonb(p_finding_ids)::text
    );
  end if;
  perform _check_size('p_memory_ids', cardinality(p_memory_ids));
  perform _check_size('p_finding_ids', cardinality(p_finding_ids));
  v_ordinal := array_position(v_given, null);
  if v_ordinal is not null then
    perform _reject_argument(
      format(
        '%s[%s]', case when p_finding_ids is null then 'p_memory_ids' else 'p_finding_ids' end,
        v_ordinal
      ),
      'an id', null
    );
  end if;

  if p_finding_ids is not null then
    v_ids := array(
      select _find_memory(p_repo, f.id)
      from unnest(v_given) with ordinality as f (id, ord)
      order by f.ord
    );
    v_ordinal := array_position(v_ids, null);
    if v_ordinal is not null then
      perform _reject_unknown(
        'KB006', format('p_finding_ids[%s]', v_ordinal), 'memory of finding',
        to_jsonb(v_given[v_ordinal]), p_repo
      );
    end if;
  end if;

  perform _lock_memories(v_ids || p_extra_ids);
  -- In a second statement, which sees what the lock waited for.
  select u.ord into v_ordinal
  from unnest(v_ids) with ordinality as u (id, ord)
  where not exists (
    select from learning_memories as m where m.id = u.id and m.repo = p_repo
  )
  order by u.ord
  limit 1;
  if found then
    perform _reject_unknown(
      'KB006', format('p_memory_ids[%s]', v_ordinal), 'memory', to_jsonb(v_ids[v_ordinal]), p_repo
    );
  end if;
  return array(select distinct u.id from unnest(v_ids) as u (id) order by u.id);
end
$$;

comment on function _select_memories is
'Lock the memories that a call names, and reject those that do not exist.
Arguments: p_repo, as stored; p_memory_ids or p_finding_ids, at most 10000 ids, the other one null;
p_extra_ids, other memories to lock, which need not exist; null for none.
Result: their distinct ids in ascending order.
Errors: 22004 if both are null or an id is, 22023 if both are given or one has too many elements,
KB006 if a memory does not exist in p_repo; the message names the 1-based position.';

create function _check_successor(p_repo text, p_memory_ids bigint[], p_superseded_by bigint)
returns void
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_id bigint := p_superseded_by;
  v_state text;
begin
  if p_superseded_by is null then
    return;
  end if;
  select m.state into v_state
  from learning_memories as m
  where m.id = p_superseded_by and m.repo = p_repo;
  if not found then
    perform _reject_unknown(
      'KB006', 'p_superseded_by', 'memory', to_jsonb(p_superseded_by), p_repo
    );
  end if;

  while v_id is not null loop
    if v_id = any (p_memory_ids) then
      raise exception using
        errcode = 'KB007',
        message = format(
          'p_superseded_by: memory %s would supersede itself, through memory %s', v_id,
          p_superseded_by
        ),
        column = 'p_superseded_by';
    end if;
    select m.superseded_by into v_id from learning_memories as m where m.id = v_id;
  end loop;
  if v_state <> 'active' then
    raise exception using
      errcode = 'KB007',
      message = format(
        'p_superseded_by: memory %s is %s, but only an active memory supersedes others',
        p_superseded_by, v_state
      ),
      column = 'p_superseded_by';
  end if;
end
$$;

comment on function _check_successor is
'Reject a memory that cannot replace others.
Arguments: p_repo; p_memory_ids, the memories to be replaced; p_superseded_by, null for none. This
transaction called _lock_teaching and locked all of them.
Errors: KB006 if it does not exist in p_repo, KB007 if it is one of them, superseded by one of them,
or not active.';

-- The linter takes arguments for columns.
-- noqa: disable=RF03
create function _changed_only(p_object jsonb, p_other jsonb)
returns jsonb
language sql immutable parallel safe
return (
  select coalesce(jsonb_object_agg(o.key, o.value), '{}')
  from jsonb_each(p_object) as o (key, value)
  where o.value is distinct from p_other -> o.key
);

comment on function _changed_only is
'Return the keys of an object whose values differ from those of another object.
Arguments: p_object; p_other.';

-- noqa: enable=all
create function _change_states(
  p_memory_ids bigint[],
  p_states text[],
  p_outcomes text[],
  p_action text,
  p_changed_by text,
  p_reason text,
  p_superseded_by bigint default null
)
returns bigint
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
-- Always use the primary key, even on tables too small for the planner to prefer it.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_changed bigint;
begin
  with changes as (
    select
      n.id,
      n.state,
      n.outcome,
      n.retired_reason,
      n.superseded_by,
      jsonb_build_object(
        'state', m.state, 'outcome', m.outcome, 'retired_reason', m.retired_reason,
        'superseded_by', m.superseded_by
      ) as before,
      to_jsonb(n) - 'id' as after
    from unnest(p_memory_ids, p_states, p_outcomes) as u (id, state, outcome)
    inner join learning_memories as m on u.id = m.id
    cross join lateral (
      select
        m.id,
        u.state,
        coalesce(u.outcome, m.outcome) as outcome,
        case
          when u.state <> 'retired' then null
          when p_action = 'retired' then p_reason
          when p_action = 'rejected' then coalesce(m.retired_reason, p_reason)
          else m.retired_reason
        end as retired_reason,
        case
          when u.state <> 'retired' then null
          when p_action = 'retired' then p_superseded_by
          else m.superseded_by
        end as superseded_by
    ) as n
  ),

  changed as (
    update learning_memories as m
    set
      state = c.state,
      outcome = c.outcome,
      retired_at = case when c.state = 'retired' then coalesce(m.retired_at, _now()) end,
      retired_reason = c.retired_reason,
      superseded_by = c.superseded_by
    from changes as c
    where m.id = c.id and c.before <> c.after
    returning m.id
  )

  insert into memory_history (memory_id, action, changed_by, reason, before, after)
  select
    c.id,
    -- Reactions can take the last voice away.
    case
      when p_action = 'taught' and _changed_only(c.after, c.before) ->> 'state' = 'retired'
        then 'withdrawn'
      else p_action
    end,
    p_changed_by,
    p_reason,
    _changed_only(c.before, c.after),
    _changed_only(c.after, c.before)
  from changes as c
  where
    c.id in (select d.id from changed as d)
    -- Judging or withdrawing a voice is worth recording even if another one outweighs it.
    or p_action in ('approved', 'rejected', 'withdrawn')
  order by c.id;
  get diagnostics v_changed = row_count;
  return v_changed;
end
$$;

comment on function _change_states is
'Change the states and outcomes of memories, and record it in their history. No other function does.
Arguments: p_memory_ids, which this transaction locked; p_states, one per memory; p_outcomes, one
per memory, null to keep it; p_action, p_changed_by and p_reason, columns of memory_history;
p_superseded_by, the memory that replaces them, if p_action is retired.
Result: number of memories that changed.';

create function _delete_purged_memories(p_memory_ids bigint[])
returns bigint
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
declare
  -- Those that they superseded change too.
  v_superseded bigint[] := array(
    select m.id from learning_memories as m
    where m.superseded_by = any (p_memory_ids)
    for no key update skip locked
  );
  v_purged bigint;
begin
  delete from learning_memories as m
  where
    m.id = any (p_memory_ids)
    and not exists (
      select from learning_memories as s
      where s.superseded_by = m.id and s.id <> all (v_superseded)
    );
  get diagnostics v_purged = row_count;
  return v_purged;
end
$$;

comment on function _delete_purged_memories is
'Delete memories, except those that superseded one that another transaction locked.
Argument: p_memory_ids, which this transaction locked.
Result: number of deleted memories.';

create function _purge_memories(
  p_repo text, p_owner text, p_retired_before timestamptz, p_limit bigint
)
returns bigint
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
-- Custom plans: the planner folds away conditions on null arguments.
set plan_cache_mode = force_custom_plan
as $$
declare
  v_ids bigint[] := array(
    select m.id
    from learning_memories as m
    where
      case when p_retired_before is null then m.stale else m.retired_at < p_retired_before end
      and m.owner = coalesce(p_owner, split_part(p_repo, '/', 1))
      and (p_owner is not null or m.repo = p_repo)
    -- As in learning_memories_scope_idx, so that a full batch ends the scan.
    order by m.owner, m.repo, m.severity, m.category, m.outcome
    limit p_limit
    for update skip locked
  );
begin
  return _delete_purged_memories(v_ids);
end
$$;

comment on function _purge_memories is
'Delete one batch of memories that are stale or that were retired long ago.
Arguments: p_repo and p_owner, the scope; p_retired_before, only memories retired before this time;
null for stale ones; p_limit, the batch size.
Result: number of deleted memories.';

create function _correct_memory(
  p_memory_id bigint, p_memory jsonb, p_embedding vector, p_by text, p_reason text
)
returns boolean
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
declare
  c_is_second constant boolean := coalesce(
    p_memory ->> 'embedding_model' = _lock_second_model(), false
  );
  v_before jsonb;
  v_after jsonb;
  v_same_embedding boolean;
  v_same_text boolean;
begin
  select
    jsonb_build_object(
      'finding_text', m.finding_text, 'severity', m.severity, 'category', m.category,
      'file_path', m.file_path, 'language', m.language, 'metadata', m.metadata,
      'embedding_model', m.embedding_model
    ),
    p_embedding is null
    or p_embedding = case when c_is_second then m.second_embedding else m.embedding end
  into v_before, v_same_embedding
  from learning_memories as m
  where m.id = p_memory_id;
  v_after := v_before || p_memory;
  if p_memory ? 'file_path' then
    v_after := v_after || jsonb_build_object(
      'file_path', _stored_path(p_memory ->> 'file_path')
    );
  end if;
  if p_embedding is null or c_is_second then
    v_after := v_after || jsonb_build_object('embedding_model', v_before -> 'embedding_model');
  end if;
  if v_before = v_after and v_same_embedding is true then
    return false;
  end if;

  -- Embeddings of the old text would still be found, and those on their way be saved.
  v_same_text := v_after -> 'finding_text' = v_before -> 'finding_text';
  if p_embedding is not null or not v_same_text then
    delete from embedding_leases as l where l.memory_id = p_memory_id;
  end if;
  update learning_memories as m
  set
    finding_text = v_after ->> 'finding_text',
    severity = v_after ->> 'severity',
    category = v_after ->> 'category',
    file_path = v_after ->> 'file_path',
    language = v_after ->> 'language',
    metadata = v_after -> 'metadata',
    embedding_model = v_after ->> 'embedding_model',
    embedding = case
      when p_embedding is not null and not c_is_second then p_embedding
      when v_same_text then m.embedding
    end,
    second_embedding = case
      when p_embedding is not null and c_is_second then p_embedding
      when v_same_text then m.second_embedding
    end
  where m.id = p_memory_id;
  -- Embeddings are not part of the history.
  if v_before <> v_after then
    insert into memory_history (memory_id, action, changed_by, reason, before, after)
    values (
      p_memory_id, 'corrected', p_by, p_reason, _changed_only(v_before, v_after),
      _changed_only(v_after, v_before)
    );
  end if;
  return true;
end
$$;

comment on function _correct_memory is
'Correct a memory and record it in its history.
Arguments: p_memory_id, which this transaction locked; p_memory, an object with the columns to
change; p_embedding, null for none; p_by and p_reason, as in correct_memory.
Result: whether anything changed.';

commit;
