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

-- The linter mistakes the brackets of an array type for a subscript here.
-- noqa: disable=LT01

create type memory_filter as (
  owner text,
  repo text,
  outcomes text[],
  severities text[],
  categories text[],
  path_prefix text,
  created_after timestamptz,
  active_model text,
  is_waiting boolean
);

comment on type memory_filter is
'Which memories are listed or counted. Null means any.
owner: never null; repo: null for all repositories of the owner. active_model: the active embedding
model; null if none is active. The others: as in list_memories.';

-- noqa: enable=LT01

create function _check_memory_filter(
  p_repo text,
  p_owner text,
  p_outcomes text[],
  p_severities text[],
  p_categories text[],
  p_path_prefix text,
  p_created_after timestamptz,
  p_is_waiting boolean
)
returns memory_filter
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_filter memory_filter;
begin
  select s.repo, s.owner into v_filter.repo, v_filter.owner from _check_scope(p_repo, p_owner) as s;
  perform _check_array('p_outcomes', p_outcomes, 'outcome');
  perform _check_array('p_severities', p_severities, 'severity');
  perform _check_array('p_categories', p_categories, 'category');

  if v_filter.owner is null then
    v_filter.owner := split_part(v_filter.repo, '/', 1);
  else
    v_filter.repo := null;
  end if;
  v_filter.outcomes := p_outcomes;
  v_filter.severities := p_severities;
  v_filter.categories := p_categories;
  v_filter.path_prefix := _normalize_path(p_path_prefix);
  v_filter.created_after := p_created_after;
  v_filter.active_model := (select a.embedding_model from active_embedding_model as a);
  v_filter.is_waiting := p_is_waiting;
  return v_filter;
end
$$;

comment on function _check_memory_filter is
'Reject invalid filters of list_memories and count_memories.
Arguments: as in list_memories.
Result: a memory_filter.
Errors: 22004 if p_repo and p_owner are both null, 22023 for an invalid argument.';

-- No set clause, here and below, so that PostgreSQL inlines it: a custom plan then folds away null
-- filters and checks the others in an index-only scan of learning_memories_scope_idx.
create function _is_waiting(
  p_active_model text, p_embedding_model text, p_embedding_code bit varying
)
returns boolean
language sql immutable parallel safe
return (p_embedding_code is not null and p_embedding_model = p_active_model) is not true;

comment on function _is_waiting is
'Return whether a memory waits for an embedding of the active model.
Arguments: p_active_model, null if none is active; the others are columns of learning_memories.
Result: true or false.';

create function _is_listed(
  p_filter memory_filter,
  p_outcome text,
  p_severity text,
  p_category text,
  p_file_path text,
  p_created_at timestamptz,
  p_embedding_model text,
  p_embedding_code bit varying
)
returns boolean
language sql immutable parallel safe
return ((p_filter).outcomes is null or p_outcome = any((p_filter).outcomes))
and ((p_filter).severities is null or p_severity = any((p_filter).severities))
and ((p_filter).categories is null or p_category = any((p_filter).categories))
and ((p_filter).path_prefix is null or starts_with(p_file_path, (p_filter).path_prefix))
and ((p_filter).created_after is null or p_created_at > (p_filter).created_after)
and (
  (p_filter).is_waiting is null
  or _is_waiting((p_filter).active_model, p_embedding_model, p_embedding_code)
  = (p_filter).is_waiting
);

comment on function _is_listed is
'Return whether a memory of the repository or owner passes the filters.
Arguments: p_filter; the others are columns of learning_memories.
Result: true or false.';

create function _find_rare_memories(
  p_filter memory_filter,
  p_is_stale boolean,
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
        m.owner = p_filter.owner
        and (p_filter.repo is null or m.repo = p_filter.repo)
        and m.id > p_after_id
        and _is_listed(
          p_filter, m.outcome, m.severity, m.category, m.file_path, m.created_at,
          m.embedding_model, m.embedding_code
        )
      order by m.id
      -- Optimization fence: otherwise the limit would favor an index in order of id.
      offset 0
    ) as c
    cross join lateral (
      select
      from learning_memories as m
      where m.id = c.id and (p_is_stale is null or m.stale = p_is_stale)
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
  p_filter memory_filter,
  p_is_stale boolean,
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
  -- If so many memories do not fill a page, matches are rare: scanning an index of the whole
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
        select case when p_filter.repo is null then m.owner else m.repo end as name
      ) as s
      where
        (s.name, m.id) > (coalesce(p_filter.repo, p_filter.owner), coalesce(p_after_id, 0))
        and s.name <= coalesce(p_filter.repo, p_filter.owner)
      order by s.name, m.id
      limit c_window
    ) as w
    where
      (p_is_stale is null or w.stale = p_is_stale)
      and _is_listed(
        p_filter, w.outcome, w.severity, w.category, w.file_path, w.created_at,
        w.embedding_model, w.embedding_code
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
    select case when p_filter.repo is null then m.owner else m.repo end as name
  ) as s
  where
    (s.name, m.id) > (coalesce(p_filter.repo, p_filter.owner), coalesce(p_after_id, 0))
    and s.name <= coalesce(p_filter.repo, p_filter.owner)
  order by s.name, m.id
  offset c_window - 1
  limit 1;
  if v_last is null then
    return v_ids;
  end if;

  return v_ids || _find_rare_memories(
    p_filter, p_is_stale, v_last, p_limit - cardinality(v_ids)
  );
end
$$;

comment on function _next_memories is
'Find the next page of a list of memories.
Arguments: p_filter; p_is_stale, p_after_id, p_limit: as in list_memories.
Result: ids in ascending order.';

commit;
