-- Deploy kodiai:learning/health to pg
--
-- What get_memory_health measures, cheaply enough for every minute.

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

-- No set clause, so that PostgreSQL inlines it. Only one of the columns counts, so that an
-- index-only scan of the primary key, learning_memories_repo_idx or learning_memories_owner_idx
-- is enough.
create function _is_counted(p_scope search_scope, p_owner text, p_repo text)
returns boolean
language sql immutable parallel safe
return case
  when (p_scope).owner is null then true
  when (p_scope).repo is null then p_owner = (p_scope).owner
  else p_repo = (p_scope).repo
end;

comment on function _is_counted is
'Return whether a memory is in a scope without filters, which may be the whole schema.
Arguments: p_scope, its owner null for the whole schema; the others are columns of
learning_memories.
Result: true or false.';

create function _first_waiting(p_scope search_scope, p_limit integer)
returns bigint[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
-- Always use an index in its order, even on tables too small for the planner to prefer one.
set enable_seqscan = off
set enable_bitmapscan = off
set enable_sort = off
as $$
declare
  v_ids bigint[];
begin
  -- Ranges, as in _lock_without_second and _lock_without_first.
  if p_scope.embedding_slot = 2 then
    return array(
      select m.id
      from learning_memories as m
      where (m.second_embedding is null, m.id) >= (true, 0)
      order by m.second_embedding is null, m.id
      limit p_limit
    );
  end if;
  v_ids := array(
    select m.id
    from learning_memories as m
    where _model_of_first(m.embedding_model, m.embedding) < p_scope.embedding_model
    order by _model_of_first(m.embedding_model, m.embedding), m.id
    limit p_limit
  );
  return v_ids || array(
    select m.id
    from learning_memories as m
    where _model_of_first(m.embedding_model, m.embedding) > p_scope.embedding_model
    order by _model_of_first(m.embedding_model, m.embedding), m.id
    limit p_limit - cardinality(v_ids)
  );
end
$$;

comment on function _first_waiting is
'Find the first memories of the whole schema that have no embedding of the model of a scope.
Arguments: p_scope; p_limit.
Result: their ids; none if no model is active.';

create function _sample_memories(
  p_scope search_scope,
  out memories bigint,
  out waiting_ids bigint[],
  out other_ids bigint[],
  out weight double precision
)
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
-- Custom plans: the planner folds the condition away, or to one column.
set plan_cache_mode = force_custom_plan
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
set enable_bitmapscan = off
set enable_hashjoin = off
set enable_mergejoin = off
-- Compiling takes longer than counting, and so does starting workers.
set jit = off
set max_parallel_workers_per_gather = 0
as $$
declare
  -- The standard error of a share is then 0.8 percentage points at most.
  c_min_sample constant integer := 4096;
  -- Those that wait are few, and matter one by one.
  c_max_waiting constant integer := 1024;
  v_mask integer;
begin
  select count(*) into memories
  from learning_memories as m
  where _is_counted(p_scope, m.owner, m.repo);

  waiting_ids := _first_waiting(p_scope, c_max_waiting);
  waiting_ids := array(
    select m.id
    from learning_memories as m
    where m.id = any (waiting_ids) and _is_counted(p_scope, m.owner, m.repo)
  );

  -- By hash, so that each call visits the same memories: figures do not jitter from one call to
  -- the next, and the pages stay cached.
  v_mask := 2 ^ floor(log(2, greatest(memories / c_min_sample, 1))) - 1;
  other_ids := array(
    select m.id
    from learning_memories as m
    where _is_counted(p_scope, m.owner, m.repo) and hashint8(m.id) & v_mask = 0
    except
    select i.id from unnest(waiting_ids) as i (id)
  );
  weight := (memories - cardinality(waiting_ids))::double precision
  / nullif(cardinality(other_ids), 0);
end
$$;

comment on function _sample_memories is
'Count the memories of a scope, in an index, and pick those whose rows to visit.
Argument: p_scope, with the active embedding model; its owner null for the whole schema.
Result: memories, how many there are; waiting_ids, the first 1,024 of the schema that have no
embedding of the model, as far as they are in scope; other_ids, all others up to 8,191 memories,
otherwise a sample of 4,096 to 8,191; weight, how many memories each of other_ids stands for.';

create function _count_states(
  p_scope search_scope,
  out memories bigint,
  out stale bigint,
  out waiting bigint,
  out retired bigint,
  out is_exact boolean,
  out models jsonb,
  out oldest_waiting_at timestamptz
)
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_custom_plan
set enable_seqscan = off
set enable_bitmapscan = off
set jit = off
set max_parallel_workers_per_gather = 0
as $$
#variable_conflict use_column
declare
  c_second_model constant text
  := (select m.embedding_model from embedding_models as m where m.slot = 2);
  v_sample record;
begin
  select * into v_sample from _sample_memories(p_scope) as s;
  memories := v_sample.memories;
  is_exact := memories = cardinality(v_sample.waiting_ids || v_sample.other_ids);

  with visited as materialized (
    select
      m.state,
      m.stale,
      m.created_at,
      m.state = 'active' and not m.stale
      and _is_waiting(p_scope, m.embedding_model, m.embedding_code, m.second_code) as is_waiting,
      case
        when m.embedding_code is not null and m.embedding_model is distinct from c_second_model
          then m.embedding_model
      end as first_model,
      case when m.second_code is not null then c_second_model end as second_model,
      case when m.id = any (v_sample.waiting_ids) then 1 else v_sample.weight end as weight
    from learning_memories as m
    where m.id = any (v_sample.waiting_ids || v_sample.other_ids)
  ),

  models as (
    select k.embedding_model, round(sum(v.weight))::bigint as embeddings
    from visited as v
    cross join lateral (values (v.first_model), (v.second_model)) as k (embedding_model)
    where k.embedding_model is not null
    group by k.embedding_model
  )

  select
    coalesce(sum(v.weight) filter (where v.state = 'active' and v.stale), 0),
    coalesce(sum(v.weight) filter (where v.is_waiting), 0),
    coalesce(sum(v.weight) filter (where v.state = 'retired'), 0),
    min(v.created_at) filter (where v.is_waiting),
    coalesce(
      (
        select
          jsonb_agg(
            jsonb_build_object('embedding_model', m.embedding_model, 'embeddings', m.embeddings)
            order by m.embeddings desc, m.embedding_model
          )
        from models as m
      ),
      '[]'
    )
  into stale, waiting, retired, oldest_waiting_at, models
  from visited as v;
end
$$;

comment on function _count_states is
'Count the memories of a scope by what is in no index, from a sample (_sample_memories).
Argument: p_scope, with the active embedding model; its owner null for the whole schema.
Result: as get_memory_health.';

create function _count_pending(
  p_scope search_scope, out pending bigint, out oldest_pending_at timestamptz
)
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_custom_plan
set enable_seqscan = off
set enable_bitmapscan = off
as $$
begin
  select count(*) filter (where m.state = 'pending'), min(v.waiting_since)
  into pending, oldest_pending_at
  from (
    select v.memory_id, min(_waiting_since(v.created_at, v.said_at)) as waiting_since
    from memory_voices as v
    where v.is_pending and v.withdrawn_at is null
    group by v.memory_id
    -- Optimization fence: begin with the voices, which are few.
    offset 0
  ) as v
  inner join learning_memories as m on v.memory_id = m.id
  where _is_counted(p_scope, m.owner, m.repo);
end
$$;

comment on function _count_pending is
'Count the pending memories of a scope by their voices.
Argument: p_scope, its owner null for the whole schema.
Result: as get_memory_health.';

create function _count_failed()
returns bigint
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  c_models constant text[] := array(
    select m.embedding_model from embedding_models as m where m.state in ('active', 'next')
  );
begin
  return (
    select coalesce(sum(s.failed), 0)
    from unnest(c_models) as m (embedding_model)
    cross join lateral _summarize_leases(m.embedding_model) as s
  );
end
$$;

comment on function _count_failed is
'Count the memories that could not be embedded when last tried, by the active model or by the one
that memories are being re-embedded into.
Result: the number.';

create function _list_invalid_indexes()
returns text[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  return array(
    select e.name
    from unnest(_search_indexes()) as e (name)
    where to_regclass(quote_ident(e.name)) is null
    union
    select c.relname
    from pg_class as c
    inner join pg_index as i on c.oid = i.indexrelid
    where
      c.relnamespace = quote_ident(current_schema())::regnamespace
      and not (i.indisvalid and i.indisready)
    order by 1
  );
end
$$;

comment on function _list_invalid_indexes is
'List the indexes of the schema that are invalid, and those that searches read and that are missing.
Result: their names.';

create function _measure_tables()
returns jsonb
language plpgsql stable parallel restricted
set search_path = :"schema", public, pg_temp
as $$
begin
  return (
    select
      jsonb_agg(
        jsonb_build_object(
          'table_name', t.relname,
          'bytes', t.bytes,
          'live_rows', t.live_rows,
          'dead_rows', t.dead_rows,
          'all_visible', t.all_visible,
          'seconds_since_vacuum', extract(epoch from _now() - t.vacuumed_at),
          'seconds_since_analyze', extract(epoch from _now() - t.analyzed_at)
        )
        order by t.bytes desc, t.relname
      )
    from (
      select
        c.relname,
        pg_table_size(c.oid) as bytes,
        c.relallvisible::double precision / nullif(c.relpages, 0) as all_visible,
        greatest(s.last_vacuum, s.last_autovacuum) as vacuumed_at,
        greatest(s.last_analyze, s.last_autoanalyze) as analyzed_at,
        -- A replica collects none.
        case when not pg_is_in_recovery() then s.n_live_tup end as live_rows,
        case when not pg_is_in_recovery() then s.n_dead_tup end as dead_rows
      from pg_class as c
      inner join pg_stat_user_tables as s on c.oid = s.relid
      where c.relnamespace = quote_ident(current_schema())::regnamespace and c.relkind = 'r'
    ) as t
  );
end
$$;

comment on function _measure_tables is
'Measure all tables of the schema, from what Postgres has counted.
Result: an array of TableHealth objects (get_memory_health).';

create function _expected_index_size(
  p_method text, p_rows double precision, p_width double precision
)
returns bigint
language plpgsql immutable parallel safe
set search_path = :"schema", public, pg_temp
as $$
declare
  c_page_size constant integer := 8192;
  -- Without the header and the special space.
  c_page_room constant integer := 8152;
  -- CREATE INDEX fills the pages of a B-tree up to here.
  c_fill constant double precision := 0.9;
  -- The header of an index tuple, and the pointer to it.
  c_tuple_overhead constant integer := 12;
  c_bit_header constant integer := 8;
begin
  return round(
    case p_method
      when 'btree'
        then p_rows * (ceil(p_width / 8) * 8 + c_tuple_overhead)
        / c_fill * c_page_size / c_page_room
      when 'hnsw' then p_rows * (_graph_node_size() + p_width - c_bit_header)
    end
  );
end
$$;

comment on function _expected_index_size is
'Estimate how large an index is after a rebuild.
Arguments: p_method, btree or hnsw for an index of codes; p_rows, number of entries; p_width, mean
number of bytes of the columns.
Result: bytes; null if an argument is null or for another method.';

create function _measure_indexes()
returns jsonb
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  return (
    -- Materialized: the view is slow.
    with statistics as materialized (
      select s.tablename, s.attname, s.avg_width, s.null_frac
      from pg_stats as s
      where s.schemaname = current_schema()
    )

    select
      jsonb_agg(
        jsonb_build_object(
          'index_name', x.index_name,
          'table_name', x.table_name,
          'bytes', x.bytes,
          'expected_bytes', _expected_index_size(x.method, x.live_rows, x.width)
        )
        order by x.bytes desc, x.index_name
      )
    from (
      select
        c.relname as index_name,
        t.relname as table_name,
        pg_relation_size(c.oid) as bytes,
        case when k.is_plain and not k.is_vector then a.amname end as method,
        -- HNSW has no entries for nulls. Before the table was analyzed, reltuples is -1.
        nullif(t.reltuples, -1)
        * case a.amname when 'hnsw' then 1 - k.null_fraction else 1 end as live_rows,
        k.width
      from pg_index as i
      inner join pg_class as c on i.indexrelid = c.oid
      inner join pg_am as a on c.relam = a.oid
      inner join pg_class as t on i.indrelid = t.oid
      cross join lateral (
        select
          i.indpred is null and i.indexprs is null and count(*) = count(s.attname) as is_plain,
          bool_or(k.atttypid = 'vector'::regtype) as is_vector,
          -- In a B-tree, nulls take a bitmap of 8 bytes per tuple.
          sum(
            case a.amname when 'btree' then s.avg_width * (1 - s.null_frac) else s.avg_width end
          )
          + case a.amname when 'btree' then 8 * max(s.null_frac) else 0 end as width,
          max(s.null_frac) as null_fraction
        from pg_attribute as k
        left join statistics as s on t.relname = s.tablename and k.attname = s.attname
        where k.attrelid = t.oid and k.attnum = any (i.indkey)
      ) as k
      where i.indrelid in (to_regclass('learning_memories'), to_regclass('postings'))
    ) as x
  );
end
$$;

comment on function _measure_indexes is
'Measure the indexes of memories and postings, and estimate from the statistics of the planner what
is expected of them.
Result: an array of IndexHealth objects (get_memory_health).';

commit;
