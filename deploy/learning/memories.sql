-- Deploy kodiai:learning/memories to pg
--
-- Checking and writing memories, for write_memory and write_memories.

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _check_memories(p_memories jsonb, p_single boolean)
returns void
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  c_keys constant text[] := array[
    'repo', 'owner?', 'source_repo?', 'finding_id', 'review_id', 'finding_text',
    'severity', 'category', 'file_path', 'language', 'outcome', 'embedding_model?',
    'embedding', 'embedding_dim', 'stale', 'metadata', 'created_at'
  ];
  v_format constant text := case
    when p_single then 'p_%2$s' else 'p_memories[%1$s].%2$s'
  end;
  v_argument text;
  v_expected text;
  v_got text;
begin
  if p_single then
    perform _check_columns('learning_memories', p_memories, c_keys, v_format);
  else
    perform _check_objects('learning_memories', 'p_memories', p_memories, c_keys);
  end if;

  -- Rules beyond the column types.
  select format(v_format, m.ord, c.key), c.expected, (m.memory -> c.key)::text
  into v_argument, v_expected, v_got
  from jsonb_array_elements(p_memories) with ordinality as m (memory, ord)
  cross join lateral (
    values
    (
      'owner',
      _fold_name(m.memory ->> 'owner') = _fold_name(split_part(m.memory ->> 'repo', '/', 1)),
      'the owner of repo'
    ),
    (
      'embedding_dim', (m.memory ->> 'embedding_dim')::bigint = _embedding_dim(),
      format('%s, the embedding_dim this schema was deployed with', _embedding_dim())
    )
  ) as c (key, is_valid, expected)
  where not c.is_valid
  order by m.ord
  limit 1;
  if found then
    perform _reject_argument(v_argument, v_expected, v_got);
  end if;
end
$$;

comment on function _check_memories is
'Reject memories that cannot be written.
Arguments: as in _write_memories.
Errors: 22004 for a missing value, 22023 for an invalid one; the message names the argument, the
1-based position and the key.';

create function _collect_embeddings(p_memories jsonb, p_embeddings vector[], p_single boolean)
returns vector[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_embeddings vector[];
  v_argument text;
  v_expected text;
  v_got text;
begin
  select array_agg(coalesce(e.embedding, (e.memory ->> 'embedding')::vector) order by e.ord)
  into v_embeddings
  from rows from (jsonb_array_elements(p_memories), unnest(p_embeddings))
  with ordinality as e (memory, embedding, ord);

  select
    case
      when p_single then 'p_embedding'
      when e.given is null then format('p_memories[%s].embedding', e.ord)
      else format('p_embeddings[%s]', e.ord)
    end,
    c.expected,
    c.got
  into v_argument, v_expected, v_got
  from rows from (jsonb_array_elements(p_memories), unnest(p_embeddings), unnest(v_embeddings))
  with ordinality as e (memory, given, embedding, ord)
  cross join lateral (
    select
      format('null, because p_memories[%s].embedding is given', e.ord) as expected,
      'a vector' as got
    where e.given is not null and e.memory ->> 'embedding' is not null
    union all
    select
      format('%s dimensions', _embedding_dim()),
      vector_dims(e.embedding)::text
    where vector_dims(e.embedding) <> _embedding_dim()
    union all
    select
      'a vector with a defined cosine distance',
      format('one with norm %s', vector_norm(e.embedding))
    -- The cosine distance of a vector from itself is NaN if all elements are zero, or if their
    -- squares underflow or overflow real.
    where e.embedding <=> e.embedding = 'NaN'
  ) as c
  order by e.ord
  limit 1;
  if found then
    perform _reject_argument(v_argument, v_expected, v_got);
  end if;

  return v_embeddings;
end
$$;

comment on function _collect_embeddings is
'Collect the embeddings of memories, and reject those that cannot be written.
Arguments: as in _write_memories; _check_memories has accepted p_memories.
Result: one element per memory, from p_embeddings or the key embedding, null if neither has one.
Errors: 22023 for an invalid embedding, or for two of one memory; the message names the argument
and the 1-based position.';

create function _get_or_set_model(p_memories jsonb, p_embeddings vector[], p_single boolean)
returns text
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_model text;
  v_ordinal bigint;
begin
  v_model := _active_model();
  if v_model is not null then
    return v_model;
  end if;

  select m.memory ->> 'embedding_model', m.ord
  into v_model, v_ordinal
  from rows from (jsonb_array_elements(p_memories), unnest(p_embeddings))
  with ordinality as m (memory, embedding, ord)
  where m.embedding is not null
  order by m.memory ->> 'embedding_model' is null, m.ord
  limit 1;
  if v_ordinal is null then
    return null;
  end if;
  if v_model is null then
    perform _reject_argument(
      case
        when p_single then 'p_embedding_model'
        else format('p_memories[%s].embedding_model', v_ordinal)
      end,
      'a model name, because no model is active yet', null
    );
  end if;

  -- A concurrent writer may have set another model first.
  perform _lock_models();
  if _active_model() is null then
    perform _make_active(v_model);
  end if;
  return _active_model();
end
$$;

comment on function _get_or_set_model is
'Return the active embedding model. If none is active yet, the first model that a memory with an
embedding names becomes the active one.
Arguments: p_memories; p_embeddings, one per memory; p_single, as in _write_memories.
Result: name of the model; null if none is active and there are no embeddings.
Errors: 22004 if none is active and no memory with an embedding names one.';

create function _insert_memories(
  p_memories jsonb,
  p_embeddings vector[],
  p_ids bigint[],
  p_model text
)
returns bigint[]
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
declare
  c_second_model constant text := _lock_second_model();
  v_inserted bigint[];
begin
  -- In key order, so that concurrent calls with the same keys wait for each other instead
  -- of deadlocking.
  with new_memories as (
    insert into learning_memories (
      id, created_at, repo, owner, finding_id, review_id, source_repo,
      finding_text, severity, category, file_path, language, outcome,
      embedding_model, embedding, second_embedding, stale, metadata, state, retired_at,
      retired_reason
    )
    overriding system value
    select
      m.id,
      coalesce(m.created_at, _now()),
      _fold_name(m.repo),
      _fold_name(split_part(m.repo, '/', 1)),
      m.finding_id,
      m.review_id,
      _fold_name(coalesce(m.source_repo, m.repo)),
      m.finding_text,
      m.severity,
      m.category,
      _stored_path(m.file_path),
      m.language,
      m.outcome,
      n.embedding_model,
      case when n.embedding_model <> coalesce(c_second_model, '') then m.embedding end,
      case when n.embedding_model = c_second_model then m.embedding end,
      coalesce(m.stale, false),
      coalesce(m.metadata, '{}'),
      coalesce(m.state, 'active'),
      m.retired_at,
      m.retired_reason
    from rows from (
      jsonb_to_recordset(p_memories) as (
        created_at timestamptz,
        repo text,
        finding_id bigint,
        review_id bigint,
        source_repo text,
        finding_text text,
        severity text,
        category text,
        file_path text,
        language text,
        outcome text,
        embedding_model text,
        stale boolean,
        metadata jsonb,
        state text,
        retired_at timestamptz,
        retired_reason text
      ),
      unnest(p_embeddings),
      unnest(p_ids)
    ) as m (
      created_at, repo, finding_id, review_id, source_repo, finding_text, severity,
      category, file_path, language, outcome, embedding_model, stale, metadata, state,
      retired_at, retired_reason, embedding, id
    )
    cross join lateral (
      select coalesce(m.embedding_model, p_model, 'none') as embedding_model
    ) as n
    -- A finding that repeated a memory belongs to that one.
    where not exists (
      select from memory_findings as f
      where
        f.finding_id = m.finding_id
        and _fold_name(m.repo) = (
          select k.repo from learning_memories as k where k.id = f.memory_id
        )
    )
    order by _fold_name(m.repo), m.finding_id, m.id
    on conflict (repo, finding_id) do nothing
    returning id
  )

  select coalesce(array_agg(n.id), '{}') into v_inserted from new_memories as n;
  return v_inserted;
end
$$;

comment on function _insert_memories is
'Insert the memories that do not exist yet.
Arguments: p_memories, which may also have the keys state, retired_at and retired_reason;
p_embeddings, one per memory; p_ids, one id per memory, used if it is inserted; p_model, the model
of memories that name none, null if no model is active.
Result: ids of the inserted rows.';

create function _add_embeddings(
  p_memory_ids bigint[],
  p_memories jsonb,
  p_embeddings vector[],
  p_model text
)
returns void
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
-- Always use the primary key, even on tables too small for the planner to prefer it.
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  c_second_model constant text := _lock_second_model();
  -- Of these, the first slot should have an embedding of every memory.
  c_first_models constant text[] := array(
    select m.embedding_model
    from embedding_models as m
    where m.slot = 1 and m.state in ('active', 'next')
  );
begin
  with given as (
    -- Of several embeddings for one memory, the first of the active model.
    select distinct on (m.memory_id)
      m.memory_id,
      m.finding_text,
      m.embedding,
      coalesce(m.embedding_model, p_model) as embedding_model
    from rows from (
      jsonb_to_recordset(p_memories) as (embedding_model text, finding_text text),
      unnest(p_embeddings),
      unnest(p_memory_ids)
    ) with ordinality as m (embedding_model, finding_text, embedding, memory_id, ord)
    where m.embedding is not null
    order by m.memory_id, coalesce(m.embedding_model, p_model) <> p_model, m.ord
  ),

  -- Lock in id order, like mark_stale_memories, so that concurrent calls do not deadlock.
  incomplete as (
    select l.id, g.embedding, g.embedding_model
    from given as g
    inner join learning_memories as l on g.memory_id = l.id
    where
      case
        when g.embedding_model = c_second_model then l.second_embedding is null
        else
          l.embedding is null
          or (l.embedding_model <> g.embedding_model and g.embedding_model = any (c_first_models))
      end
      -- Not that of a text from before a correction.
      and l.finding_text = g.finding_text
    order by l.id
    for no key update of l
  ),

  completed as (
    update learning_memories as l
    set
      embedding = case when i.is_second then l.embedding else i.embedding end,
      embedding_model = case when i.is_second then l.embedding_model else i.embedding_model end,
      second_embedding = case when i.is_second then i.embedding else l.second_embedding end
    from (
      select n.*, n.embedding_model = coalesce(c_second_model, '') as is_second from incomplete as n
    ) as i
    where l.id = i.id
    returning l.id, i.embedding_model
  )

  delete from embedding_leases as e
  using completed as c
  where e.memory_id = c.id and e.embedding_model = c.embedding_model;
end
$$;

comment on function _add_embeddings is
'Add embeddings to memories of the same text that have none, each in the slot of its model. In the
first slot, those of the active model, or of the one that memories are re-embedded into, replace
those of others.
Arguments: p_memory_ids, ids of the memories; p_memories and p_embeddings, what is written to
them; p_model, the active model.';

create function _add_outcomes(p_memory_ids bigint[], p_memories jsonb, p_existing bigint[])
returns void
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
declare
  v_changed bigint[];
begin
  with new_voices as (
    insert into memory_voices (memory_id, event, voice, finding_id, said_at)
    select m.memory_id, m.outcome, m.outcome, m.finding_id, least(m.created_at, _now())
    from rows from (
      jsonb_to_recordset(p_memories) as (
        outcome text, finding_id bigint, created_at timestamptz
      ),
      unnest(p_memory_ids)
    ) with ordinality as m (outcome, finding_id, created_at, memory_id, ord)
    order by m.memory_id, m.ord
    on conflict (memory_id, login, event) do nothing
    returning memory_id
  )

  select array_agg(c.id)
  into v_changed
  from (
    select v.memory_id as id
    from new_voices as v
    left join unnest(p_existing) as e (id) on v.memory_id = e.id
    group by v.memory_id
    -- A new memory already has the outcome of a single voice.
    having count(*) > 1 or bool_or(e.id is not null)
  ) as c;
  perform _settle_memories(v_changed, 'taught', null);
end
$$;

comment on function _add_outcomes is
'Record the outcomes of memories as voices of events, each once.
Arguments: p_memory_ids, ids of the memories; p_memories, what is written to them; p_existing, those
that are not new, which this transaction locked.';

create function _write_memories(
  p_memories jsonb,
  p_embeddings vector[],
  p_single boolean
)
returns table (
  ordinal integer, memory_id bigint, inserted boolean, state text, stale boolean
)
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
-- A created_at without a time zone means UTC, regardless of session settings.
set timezone = 'UTC'
set datestyle = 'ISO, YMD'
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
  v_embeddings vector[];
  v_model text;
  v_ids bigint[];
  v_inserted bigint[];
  v_memory_ids bigint[];
  v_existing bigint[];
begin
  perform _check_memories(p_memories, p_single);
  v_embeddings := _collect_embeddings(p_memories, p_embeddings, p_single);
  v_model := _get_or_set_model(p_memories, v_embeddings, p_single);

  -- Draw ids in input order, to distinguish a row from its duplicate in the same call.
  select array_agg(nextval('learning_memories_id_seq') order by m.ord)
  into v_ids
  from generate_series(1, jsonb_array_length(p_memories)) as m (ord);
  v_inserted := _insert_memories(p_memories, v_embeddings, v_ids, v_model);

  -- Look up rows that already existed or occur twice in this call, in a second statement: the
  -- snapshot of the insert does not show them.
  select
    array_agg(
      coalesce(
        l.id,
        _find_memory(_fold_name(m.repo), m.finding_id)
      )
      order by m.ord
    )
  into v_memory_ids
  from rows from (
    jsonb_to_recordset(p_memories) as (repo text, finding_id bigint),
    unnest(v_ids)
  ) with ordinality as m (repo, finding_id, id, ord)
  left join unnest(v_inserted) as l (id) on l.id = m.id;

  v_existing := array(
    select u.id from unnest(v_memory_ids) as u (id)
    except
    select i.id from unnest(v_inserted) as i (id)
  );
  -- Not found, or found and deleted before it could be locked.
  if cardinality(_lock_memories(v_existing)) < cardinality(v_existing) then
    raise exception using
      errcode = 'serialization_failure',
      message = 'an existing memory was deleted concurrently',
      hint = 'Retry the transaction.';
  end if;

  if v_memory_ids <> v_ids then
    perform _add_embeddings(v_memory_ids, p_memories, v_embeddings, v_model);
  end if;
  perform _add_outcomes(v_memory_ids, p_memories, v_existing);

  return query
  select m.ord::integer, m.memory_id, m.memory_id = m.id, l.state::text, l.stale
  from unnest(v_memory_ids, v_ids) with ordinality as m (memory_id, id, ord)
  cross join lateral (
    select l.state, l.stale
    from learning_memories as l
    where l.id = m.memory_id
    -- Optimization fence: look up one memory at a time.
    offset 0
  ) as l
  order by m.ord;
end
$$;

comment on function _write_memories is
'Check and write memories, for write_memory and write_memories.
Arguments: p_memories, an array of objects; p_embeddings, of equal length or null; p_single, whether
errors name the arguments of write_memory.
Result: as in write_memories.
Errors: as in write_memories.';

commit;
