-- Deploy kodiai:learning/listing to pg
--
-- Which memories list_memories and count_memories look through.

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

-- In order of id, so that a page is read from where the one before ended.
create index learning_memories_repo_idx on learning_memories (repo, id);
create index learning_memories_owner_idx on learning_memories (owner, id);

create function _check_list_scope(
  p_repo text,
  p_owner text,
  p_outcomes text[],
  p_severities text[],
  p_categories text[],
  p_path_prefix text,
  p_created_after timestamptz,
  p_metadata jsonb,
  p_state text
)
returns search_scope
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  select s.repo, s.owner into p_repo, p_owner from _check_scope(p_repo, p_owner) as s;
  perform _check_array('p_outcomes', p_outcomes, 'outcome');
  perform _check_array('p_severities', p_severities, 'severity');
  perform _check_array('p_categories', p_categories, 'category');
  perform _check_optional('p_metadata', p_metadata::text, 'metadata');
  perform _check_optional('p_state', p_state, 'memory_state');

  return _with_model(
    _make_scope(
      p_repo, p_owner, p_outcomes, p_severities, p_categories, p_path_prefix, p_created_after,
      p_metadata, case when p_state is not null then array[p_state] end
    )
  );
end
$$;

comment on function _check_list_scope is
'Reject invalid filters of list_memories and count_memories.
Arguments: as in list_memories.
Result: the scope that they describe, with the active embedding model.
Errors: 22004 if p_repo and p_owner are both null, 22023 for an invalid argument.';

-- No set clause, so that PostgreSQL inlines it.
create function _is_waiting(
  p_scope search_scope,
  p_embedding_model text,
  p_embedding_code bit varying,
  p_second_code bit varying
)
returns boolean
language sql immutable parallel safe
return _is_comparable(p_scope, p_embedding_model, p_embedding_code, p_second_code) is not true;

comment on function _is_waiting is
'Return whether a memory waits for an embedding of the model of a scope.
Arguments: p_scope; the others are columns of learning_memories.
Result: true or false.';

create function _find_rare_memories(
  p_scope search_scope,
  p_is_stale boolean,
  p_is_waiting boolean,
  p_after_id bigint,
  p_limit bigint
)
returns bigint[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
-- Custom plans: the planner folds away conditions on null arguments.
set plan_cache_mode = force_custom_plan
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
set enable_bitmapscan = off
-- _next_memories turns it off.
set enable_sort = on
set jit = off
as $$
begin
  return array(
    select c.id
    from (
      select m.id
      from learning_memories as m
      where
        _in_scope(
          p_scope, m.owner, m.repo, m.outcome, m.severity, m.category, m.file_path, m.created_at
        )
        and m.id > p_after_id
        and (
          p_is_waiting is null
          or _is_waiting(p_scope, m.embedding_model, m.embedding_code, m.second_code) = p_is_waiting
        )
      order by m.id
      -- Optimization fence: otherwise the limit would favor an index in order of id.
      offset 0
    ) as c
    cross join lateral (
      select
      from learning_memories as m
      where
        m.id = c.id
        and (p_is_stale is null or m.stale = p_is_stale)
        and m.state = any (p_scope.states)
        and _has_metadata(p_scope, m.metadata)
      -- Optimization fence: look up one memory at a time.
      offset 0
    ) as m
    order by c.id
    limit p_limit
  );
end
$$;

comment on function _find_rare_memories is
'Find the next page of a list of memories if few pass the filters, with an index-only scan of
learning_memories_scope_idx.
Arguments: as in _next_memories; p_after_id is not null.
Result: ids in ascending order.';

create function _next_memories(
  p_scope search_scope,
  p_is_stale boolean,
  p_is_waiting boolean,
  p_after_id bigint,
  p_limit bigint
)
returns bigint[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
-- Custom plans: the planner folds away conditions on null arguments.
set plan_cache_mode = force_custom_plan
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
set enable_bitmapscan = off
-- Without statistics, the planner would sort the whole scope instead.
set enable_sort = off
set enable_incremental_sort = off
-- Starting workers takes longer than reading a page.
set max_parallel_workers_per_gather = 0
set jit = off
as $$
declare
  -- If this many memories do not fill a page, matches are rare: scanning an index of the whole
  -- scope is then cheaper than visiting more memories.
  c_window constant integer := 10000;
  v_ids bigint[];
  v_last bigint;
begin
  -- Ranges instead of an equality: the planner would otherwise filter the primary key, and read
  -- all memories in between. The case is folded away.
  v_ids := array(
    select w.id
    from (
      select m.*, s.name
      from learning_memories as m
      cross join lateral (
        select case when p_scope.repo is null then m.owner else m.repo end as name
      ) as s
      where
        (s.name, m.id) > (coalesce(p_scope.repo, p_scope.owner), coalesce(p_after_id, 0))
        and s.name <= coalesce(p_scope.repo, p_scope.owner)
      order by s.name, m.id
      limit c_window
    ) as w
    where
      _in_scope(
        p_scope, w.owner, w.repo, w.outcome, w.severity, w.category, w.file_path, w.created_at
      )
      and (p_is_stale is null or w.stale = p_is_stale)
      and w.state = any (p_scope.states)
      and _has_metadata(p_scope, w.metadata)
      and (
        p_is_waiting is null
        or _is_waiting(p_scope, w.embedding_model, w.embedding_code, w.second_code) = p_is_waiting
      )
    order by w.name, w.id
    limit p_limit
  );
  if cardinality(v_ids) = p_limit then
    return v_ids;
  end if;

  select m.id
  into v_last
  from learning_memories as m
  cross join lateral (
    select case when p_scope.repo is null then m.owner else m.repo end as name
  ) as s
  where
    (s.name, m.id) > (coalesce(p_scope.repo, p_scope.owner), coalesce(p_after_id, 0))
    and s.name <= coalesce(p_scope.repo, p_scope.owner)
  order by s.name, m.id
  offset c_window - 1
  limit 1;
  if v_last is null then
    return v_ids;
  end if;

  return v_ids || _find_rare_memories(
    p_scope, p_is_stale, p_is_waiting, v_last, p_limit - cardinality(v_ids)
  );
end
$$;

comment on function _next_memories is
'Find the next page of a list of memories.
Arguments: p_scope, from _check_list_scope; the others as in list_memories.
Result: ids in ascending order.';

commit;
