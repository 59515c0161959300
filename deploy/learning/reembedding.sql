-- Deploy kodiai:learning/reembedding to pg
--
-- Which memories wait for an embedding of a model, and how they get one.

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

-- No set clause, so that PostgreSQL inlines it.
create function _model_of_first(p_embedding_model text, p_embedding vector)
returns text
language sql immutable parallel safe
return case when p_embedding is null then '' else p_embedding_model end;

comment on function _model_of_first is
'Return whose embedding is in the first slot of a memory.
Arguments: columns of learning_memories.
Result: name of the model; an empty string if the slot is empty.';

-- Both find the memories that lack an embedding and those that have one, in order of id.
create index learning_memories_model_idx on learning_memories (
  _model_of_first(embedding_model, embedding), id
);

create index learning_memories_second_idx on learning_memories ((second_embedding is null), id);

create function _reject_models(p_message text, p_hint text)
returns void
language plpgsql immutable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  raise exception using errcode = 'KB009', message = p_message, hint = p_hint;
end
$$;

comment on function _reject_models is
'Reject a call for which the embedding models are not in the right state.
Arguments: p_message, what the state is; p_hint, what to do.
Errors: always KB009.';

create function _require_wanted_model(p_embedding_model text)
returns void
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  if not exists (
    select from embedding_models as m
    where m.embedding_model = p_embedding_model and m.state in ('active', 'next')
  )
  then
    perform _reject_models(
      format('%s is neither active nor being re-embedded into', to_json(p_embedding_model)),
      'list_embedding_models says which are; begin_reembedding begins.'
    );
  end if;
end
$$;

comment on function _require_wanted_model is
'Reject a model unless every memory should have an embedding of it.
Argument: p_embedding_model.
Errors: KB009 if it is neither active nor next.';

create function _check_worker_arguments(p_memory_ids bigint[], p_lease uuid)
returns void
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  if p_memory_ids is null then
    perform _reject_argument('p_memory_ids', 'an array of ids', null);
  elsif p_lease is null then
    perform _reject_argument('p_lease', 'a lease of claim_memories_to_embed', null);
  end if;
  perform _check_size('p_memory_ids', cardinality(p_memory_ids));
end
$$;

comment on function _check_worker_arguments is
'Reject invalid arguments of save_embeddings and report_embedding_failures.
Arguments: as in save_embeddings.
Errors: 22004 for a missing argument, 22023 for too many ids.';

create function _check_new_embeddings(p_embeddings vector[], p_count integer)
returns void
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  if p_embeddings is null then
    perform _reject_argument('p_embeddings', 'an array of vectors', null);
  elsif cardinality(p_embeddings) <> p_count then
    perform _reject_argument(
      'p_embeddings', format('%s vectors, one per memory', p_count),
      cardinality(p_embeddings)::text
    );
  elsif array_position(p_embeddings, null) is not null then
    perform _reject_argument(
      format('p_embeddings[%s]', array_position(p_embeddings, null)), 'a vector', null
    );
  end if;
  perform _collect_embeddings(
    (select coalesce(jsonb_agg('{}'::jsonb), '[]') from generate_series(1, p_count)),
    p_embeddings, false
  );
end
$$;

comment on function _check_new_embeddings is
'Reject embeddings that cannot be saved.
Arguments: p_embeddings; p_count, how many are expected.
Errors: 22004 for a missing one, 22023 for another number or an invalid one; the message names the
1-based position.';

-- No set clause, so that PostgreSQL inlines it. The linter takes arguments for columns.
-- noqa: disable=RF03,LT01
create function _is_leased(p_memory_id bigint, p_embedding_model text)
returns boolean
language sql stable parallel safe
return exists(
  select from embedding_leases as l
  where
    l.memory_id = p_memory_id
    and l.embedding_model = p_embedding_model
    and l.expires_at > _now()
);

comment on function _is_leased is
'Return whether a worker is embedding a memory, or failed to so recently or so often that nobody
should try.
Arguments: p_memory_id; p_embedding_model.';

-- noqa: enable=all
create function _lock_without_first(p_embedding_model text, p_limit integer)
returns bigint[]
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
-- Always use an index in its order, even on tables too small for the planner to prefer one.
set enable_seqscan = off
set enable_bitmapscan = off
set enable_sort = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  v_ids bigint[];
begin
  -- Ranges instead of <>, which no index serves.
  v_ids := array(
    select m.id
    from learning_memories as m
    where
      _model_of_first(m.embedding_model, m.embedding) < p_embedding_model
      and not _is_leased(m.id, p_embedding_model)
    order by _model_of_first(m.embedding_model, m.embedding), m.id
    limit p_limit
    for no key update of m skip locked
  );
  return v_ids || array(
    select m.id
    from learning_memories as m
    where
      _model_of_first(m.embedding_model, m.embedding) > p_embedding_model
      and not _is_leased(m.id, p_embedding_model)
    order by _model_of_first(m.embedding_model, m.embedding), m.id
    limit p_limit - cardinality(v_ids)
    for no key update of m skip locked
  );
end
$$;

comment on function _lock_without_first is
'Find memories that have no embedding of a model in the first slot, and lock them. Skips those that
are locked or leased.
Arguments: p_embedding_model; p_limit.
Result: their ids.';

create function _lock_without_second(p_embedding_model text, p_limit integer)
returns bigint[]
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
-- Always use an index in its order, even on tables too small for the planner to prefer one.
set enable_seqscan = off
set enable_bitmapscan = off
set enable_sort = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
begin
  return array(
    select m.id
    from learning_memories as m
    where
      -- A range, because the planner would forget the order of an equality, and read the primary
      -- key.
      (m.second_embedding is null, m.id) >= (true, 0)
      and not _is_leased(m.id, p_embedding_model)
    order by m.second_embedding is null, m.id
    limit p_limit
    for no key update of m skip locked
  );
end
$$;

comment on function _lock_without_second is
'Find memories that have no embedding in the second slot, and lock them. Skips those that are locked
or leased.
Arguments: p_embedding_model, of the second slot; p_limit.
Result: their ids.';

create function _lock_embedded(p_embedding_model text, p_slot integer, p_limit integer)
returns bigint[]
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
-- Always use an index in its order, even on tables too small for the planner to prefer one.
set enable_seqscan = off
set enable_bitmapscan = off
set enable_sort = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
begin
  if p_slot = 2 then
    return array(
      select m.id
      from learning_memories as m
      where (m.second_embedding is null, m.id) < (true, 0)
      order by m.second_embedding is null, m.id
      limit p_limit
      for no key update of m skip locked
    );
  end if;
  return array(
    select m.id
    from learning_memories as m
    where
      (_model_of_first(m.embedding_model, m.embedding), m.id)
      >= (p_embedding_model, 0)
      and _model_of_first(m.embedding_model, m.embedding)
      <= p_embedding_model
    order by _model_of_first(m.embedding_model, m.embedding), m.id
    limit p_limit
    for no key update of m skip locked
  );
end
$$;

comment on function _lock_embedded is
'Find memories that have an embedding of a model, and lock them. Skips those that are locked.
Arguments: p_embedding_model; p_slot, of the model; p_limit.
Result: their ids.';

create function _lease_memories(
  p_memory_ids bigint[], p_embedding_model text, p_lease uuid, p_expires_at timestamptz
)
returns bigint[]
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_leased bigint[];
begin
  with leased as (
    insert into embedding_leases as l (memory_id, embedding_model, lease, expires_at)
    select i.id, p_embedding_model, p_lease, p_expires_at
    from unnest(p_memory_ids) as i (id)
    order by i.id
    on conflict (memory_id, embedding_model) do update
    set
      lease = excluded.lease,
      expires_at = excluded.expires_at,
      attempts = l.attempts + 1,
      reason = null
    -- Leased since the caller found it waiting.
    where l.expires_at <= _now()
    returning memory_id
  )

  select coalesce(array_agg(l.memory_id order by l.memory_id), '{}') into v_leased from leased as l;
  return v_leased;
end
$$;

comment on function _lease_memories is
'Lease memories to a worker.
Arguments: p_memory_ids, which this transaction locked; p_embedding_model; p_lease, which names the
claim; p_expires_at, when others may claim them.
Result: ids of those that nobody else leases, in ascending order.';

create function _store_embeddings(
  p_memory_ids bigint[], p_embeddings vector[], p_embedding_model text, p_lease uuid
)
returns bigint[]
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  c_is_second constant boolean := coalesce(p_embedding_model = _lock_second_model(), false);
  v_stored bigint[];
begin
  with held as (
    delete from embedding_leases as l
    where
      l.memory_id = any (p_memory_ids)
      and l.embedding_model = p_embedding_model
      and l.lease = p_lease
    returning l.memory_id
  ),

  stored as (
    update learning_memories as m
    set
      embedding = case when c_is_second then m.embedding else e.embedding end,
      embedding_model = case when c_is_second then m.embedding_model else p_embedding_model end,
      second_embedding = case when c_is_second then e.embedding else m.second_embedding end
    from (
      select distinct on (u.id) u.id, u.embedding
      from unnest(p_memory_ids, p_embeddings) with ordinality as u (id, embedding, ord)
      inner join held as h on u.id = h.memory_id
      order by u.id, u.ord
    ) as e
    where m.id = e.id
    returning m.id
  )

  select coalesce(array_agg(s.id), '{}') into v_stored from stored as s;
  return v_stored;
end
$$;

comment on function _store_embeddings is
'Store the embeddings of memories that a worker leases, and end the leases.
Arguments: p_memory_ids, which this transaction locked, and p_embeddings, of equal length;
p_embedding_model; p_lease.
Result: ids of the memories that the worker still leased.';

create function _has_embeddings(p_embedding_model text, p_slot integer)
returns boolean
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
set enable_bitmapscan = off
as $$
begin
  if p_slot = 2 then
    return exists(
      select from learning_memories as m where (m.second_embedding is null, m.id) < (true, 0)
    );
  end if;
  return exists(
    select from learning_memories as m
    where
      _model_of_first(m.embedding_model, m.embedding) = p_embedding_model
  );
end
$$;

comment on function _has_embeddings is
'Return whether any memory has an embedding of a model.
Arguments: p_embedding_model; p_slot, of the model.';

create function _summarize_leases(
  p_embedding_model text, out leased bigint, out failed bigint, out failures jsonb
)
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
set enable_bitmapscan = off
as $$
begin
  select
    coalesce(sum(r.leased), 0),
    coalesce(sum(r.failed), 0),
    coalesce(
      jsonb_agg(
        jsonb_build_object('reason', r.reason, 'memories', r.failed, 'given_up', r.given_up)
        order by r.failed desc, r.reason
      ) filter (where r.failed > 0),
      '[]'
    )
  into leased, failed, failures
  from (
    select
      l.reason,
      count(*) filter (where l.reason is null and l.expires_at > _now()) as leased,
      count(*) filter (where l.reason is not null) as failed,
      count(*) filter (where l.reason is not null and l.expires_at = 'infinity') as given_up
    from embedding_leases as l
    where l.embedding_model = p_embedding_model
    group by l.reason
  ) as r;
end
$$;

comment on function _summarize_leases is
'Count what workers are embedding, and could not embed.
Argument: p_embedding_model.
Result: leased, failed and failures, as in get_reembedding_progress.';

create function _count_embedded(
  p_embedding_model text, out total bigint, out embedded bigint
)
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
-- Count in learning_memories_scope_idx, which is far smaller than the table.
set enable_seqscan = off
-- Compiling takes longer than counting.
set jit = off
set plan_cache_mode = force_custom_plan
as $$
declare
  c_scope constant search_scope := _with_model(null, p_embedding_model);
begin
  select
    count(*),
    count(*) filter (
      where _is_comparable(c_scope, m.embedding_model, m.embedding_code, m.second_code)
    )
  into total, embedded
  from learning_memories as m;
end
$$;

comment on function _count_embedded is
'Count memories, whatever their state.
Argument: p_embedding_model.
Result: total; embedded, those with an embedding of the model.';

commit;
