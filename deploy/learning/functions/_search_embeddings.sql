-- Deploy kodiai:learning/functions/_search_embeddings to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _search_embeddings(
  p_embedding vector,
  p_embedding_model text,
  p_scope text,
  p_conditions text,
  p_rows double precision,
  p_share double precision,
  p_limit integer,
  p_enough integer,
  p_max_distance double precision default null,
  p_among bigint[] default null,
  p_code_distances double precision[] default null
)
returns table (memory_id bigint, distance double precision)
language plpgsql stable parallel unsafe
set search_path = :"schema", public, pg_temp
-- Whatever is read is read by an index, in a small table too.
set enable_seqscan = off
set enable_bitmapscan = off
-- At a large p_limit the estimates are so high that compiling would take longer.
set jit = off
-- What is read is the same whatever is asked, so planning it each time is lost.
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  -- What the graph costs at least, and for each memory that it visits, in codes that the
  -- scan compares in that time. Measured: docs/benchmarks.md.
  c_graph_price constant double precision := 30000;
  c_visit_price constant double precision := 80;
  c_code constant bit varying := _embedding_code(p_embedding);
  c_scope constant text := format(
    '%s and d.embedding_model = %L and d.embedding_code is not null', p_scope, p_embedding_model
  );
  -- The nearest by code, and of these by distance.
  c_rank constant text := '
    select
      count(*),
      avg(r.distance) filter (where 2 * r.place > $4),
      stddev_samp(r.distance) filter (where 2 * r.place > $4),
      coalesce(array_agg(r.id order by r.distance, r.id) filter (where r.is_near), ''{}''),
      coalesce(array_agg(r.distance order by r.distance, r.id) filter (where r.is_near), ''{}'')
    from (
      select
        d.id,
        c.place,
        d.distance,
        d.is_allowed and ($3 is null or d.distance <= $3) as is_near
      from (
        -- In the order of the subquery, so not sorted again.
        select c.id, row_number() over () as place
        from (
          select d.id
          from %s
          where %s
          order by %s
          limit $4
        ) as c
      ) as c
      -- By id, whatever the planner thinks of that.
      cross join lateral (
        select d.id, d.embedding <=> $2 as distance, %s as is_allowed
        from learning_memories as d
        where d.id = c.id
        offset 0
      ) as d
    ) as r';
  -- Zero, so that every code is compared.
  c_scan constant text := case
    when p_among is null
      then format(
        c_rank,
        'learning_memories as d', c_scope, '(d.embedding_code <~> $1) + 0.0, d.id', p_conditions
      )
    else format(
      c_rank,
      'unnest($5, $6) as d (id, code_distance)', 'd.code_distance is not null',
      'd.code_distance, d.id', p_conditions
    )
  end;
  c_first constant integer := 10;
  c_probes constant integer := 100;
  c_enough constant integer := case when p_max_distance is null then p_limit else p_enough end;
  v_uses_graph boolean := p_among is null and p_rows > c_graph_price;
  v_memories double precision;
  v_settings text[];
  v_asked integer := 2 * p_limit;
  v_candidates bigint;
  v_mean double precision;
  v_deviation double precision;
  v_ids bigint[] := '{}';
  v_distances double precision[] := '{}';
begin
  if v_uses_graph then
    -- How many memories the graph has, whomever they belong to: ids have gaps.
    select (s.last - s.first + 1) * (
      select avg((exists (select from learning_memories as d where d.id = n))::integer)
      from generate_series(s.first, s.last, greatest((s.last - s.first) / c_probes, 1)) as n
    )
    into v_memories
    from (select min(d.id) as first, max(d.id) as last from learning_memories as d) as s;
  end if;

  -- More and more of the nearest by code, until the first ten are so much nearer than the
  -- farther half of what was compared that the others, whose codes are farther still, hardly
  -- can be: of a question that resembles nothing in the scope, the codes tell little, and of
  -- one that is opposite to all of it (farther than 1), nothing. Where p_max_distance leaves
  -- less than is asked for, the others have to be beyond it most surely.
  while (
    p_max_distance < v_mean - 5 * v_deviation and p_max_distance < 1
    or cardinality(v_ids) >= c_enough
    and v_distances[least(c_first, c_enough)] < v_mean - 2.7 * v_deviation
    and v_distances[least(c_first, c_enough)] < 1
  ) is not true loop
    v_uses_graph := v_uses_graph and greatest(
      c_graph_price,
      c_visit_price * coalesce(v_asked * v_memories / nullif(p_rows * p_share, 0), 'infinity')
    ) < p_rows;
    if v_uses_graph then
      -- Set and set back here, not by the function: a dump of a function that names them
      -- is restored only where pgvector was loaded before.
      v_settings := array[
        current_setting('hnsw.iterative_scan'), current_setting('hnsw.ef_search'),
        current_setting('hnsw.max_scan_tuples'), current_setting('enable_sort')
      ];
      perform
        set_config('hnsw.iterative_scan', 'relaxed_order', true),
        -- The larger the graph, the more it overlooks.
        set_config(
          'hnsw.ef_search',
          least(2 * v_asked * greatest(v_memories / 250000, 1), 1000)::integer::text, true
        ),
        -- By then the scan will be cheaper.
        set_config('hnsw.max_scan_tuples', (p_rows / c_visit_price)::integer::text, true),
        set_config('enable_sort', 'off', true);
      execute format(
        c_rank,
        'learning_memories as d', format('%s and %s', c_scope, p_conditions),
        'd.embedding_code <~> $1', 'true'
      )
      into v_candidates, v_mean, v_deviation, v_ids, v_distances
      using c_code, p_embedding, p_max_distance, v_asked;
      perform
        set_config('hnsw.iterative_scan', v_settings[1], true),
        set_config('hnsw.ef_search', v_settings[2], true),
        set_config('hnsw.max_scan_tuples', v_settings[3], true),
        set_config('enable_sort', v_settings[4], true);
      -- It gave up, or overlooked them: the scan will find all.
      v_uses_graph := v_candidates = v_asked;
      if not v_uses_graph then
        v_mean := null;
        continue;
      end if;
    else
      execute c_scan
      into v_candidates, v_mean, v_deviation, v_ids, v_distances
      using c_code, p_embedding, p_max_distance, v_asked, p_among, p_code_distances;
      exit when v_candidates < v_asked;
    end if;
    v_asked := 5 * v_asked;
  end loop;

  return query
  select n.id, n.distance
  from unnest(v_ids[:p_limit], v_distances[:p_limit]) as n (id, distance);
end
$$;

comment on function _search_embeddings(
  vector, text, text, text, double precision, double precision, integer, integer,
  double precision, bigint[], double precision[]
) is
'The vector arm of a search: ranks by cosine distance what meets conditions.
The nearest 2 * p_limit by the Hamming distance of their codes are compared by their
embeddings. They are found by comparing all codes of the scope in an index, or, where that
takes longer, by the HNSW graph of the codes and as many steps as the filters ask for. Where
the graph brings too few, the scan finds the others; and where the nearest stand out too
little, more are compared, in the end all.
Arguments: p_embedding, what to be near to, and p_embedding_model, to whose embeddings;
p_scope, SQL for which rows d of learning_memories may be found, by columns of
learning_memories_scope_idx alone; p_conditions, SQL by any columns; p_rows and p_share, as
from _estimate_scope; p_limit, how many; p_enough, how many of them the caller returns;
p_max_distance, up to which distance; p_among and p_code_distances, where they are known,
the ids of all rows in p_scope and how far their codes are, null without one of this model.
Result: nearest first, ties by memory_id.';

commit;
