-- Deploy kodiai:search/vectors to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _scan_codes(p_scope search_scope, p_code bit varying, p_limit integer)
returns bigint[]
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_custom_plan
as $$
begin
  return array(
    select d.id
    from learning_memories as d
    where
      _in_scope(
        p_scope, d.owner, d.repo, d.outcome, d.severity, d.category, d.file_path,
        d.created_at
      )
      and _is_comparable(p_scope, d.embedding_model, d.embedding_code, d.second_code)
    -- Adding zero prevents the planner from using the HNSW index.
    order by (_slot_code(p_scope, d.embedding_code, d.second_code) <~> p_code) + 0.0, d.id
    limit p_limit
  );
end
$$;

comment on function _scan_codes is
'Find the memories nearest by code by scanning all codes in scope.
Arguments: p_scope; p_code, of the query embedding; p_limit.
Result: their ids, searchable or not, nearest first; fewer than p_limit only if the scope has no
more.';

create function _walk_graph(
  p_scope search_scope,
  p_code bit varying,
  p_limit integer,
  p_ef_search integer,
  p_max_scan_tuples integer
)
returns bigint[]
language plpgsql stable parallel unsafe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_custom_plan
as $$
declare
  c_names constant text[] := array[
    'hnsw.iterative_scan', 'hnsw.ef_search', 'hnsw.max_scan_tuples', 'enable_sort'
  ];
  c_settings constant text[] := array(
    select current_setting(s.name) from unnest(c_names) as s (name)
  );
  v_ids bigint[];
begin
  -- Set and reset here, not in a set clause: a function whose set clause names these settings can
  -- only be restored from a dump once pgvector is loaded.
  perform
    set_config('hnsw.iterative_scan', 'relaxed_order', true),
    set_config('hnsw.ef_search', p_ef_search::text, true),
    set_config('hnsw.max_scan_tuples', p_max_scan_tuples::text, true),
    set_config('enable_sort', 'off', true);
  v_ids := array(
    select d.id
    from learning_memories as d
    where
      _in_scope(
        p_scope, d.owner, d.repo, d.outcome, d.severity, d.category, d.file_path,
        d.created_at
      )
      and _is_comparable(p_scope, d.embedding_model, d.embedding_code, d.second_code)
      and _is_searchable(p_scope, d.stale, d.state, d.metadata, d.search_tsv)
    order by _slot_code(p_scope, d.embedding_code, d.second_code) <~> p_code
    limit p_limit
  );
  perform set_config(s.name, s.setting, true)
  from unnest(c_names, c_settings) as s (name, setting);
  return v_ids;
end
$$;

comment on function _walk_graph is
'Find searchable memories that are near by code, in the HNSW graph of the codes.
Arguments: p_scope; p_code, of the query embedding; p_limit; p_ef_search and p_max_scan_tuples,
settings of the graph search.
Result: their ids, approximately nearest first; fewer than p_limit if the search gave up early.';

create function _pick_nearest(
  p_memory_ids bigint[], p_code_distances double precision[], p_limit integer
)
returns bigint[]
language plpgsql immutable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  return array(
    select c.id
    from unnest(p_memory_ids, p_code_distances) as c (id, distance)
    where c.distance is not null
    order by c.distance, c.id
    limit p_limit
  );
end
$$;

comment on function _pick_nearest is
'Pick the memories nearest by code from a list made by _list_scope.
Arguments: p_memory_ids; p_code_distances, of equal length, null without an embedding of the
model; p_limit.
Result: the ids, nearest first, ties by id.';

create function _rerank(
  p_scope search_scope,
  p_embedding vector,
  p_memory_ids bigint[],
  p_batch_size integer,
  out matches search_match[],
  out far_mean double precision,
  out far_deviation double precision
)
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
begin
  select
    coalesce(
      array_agg(row(r.id, r.distance, r.rank, null)::search_match order by r.rank)
      filter (where r.is_searchable),
      '{}'
    ),
    avg(r.distance) filter (where r.ord * 2 > p_batch_size),
    stddev_samp(r.distance) filter (where r.ord * 2 > p_batch_size)
  into matches, far_mean, far_deviation
  from (
    select
      c.id,
      c.ord,
      m.distance,
      m.is_searchable,
      row_number() over (partition by m.is_searchable order by m.distance, c.id) as rank
    from (
      select u.id, u.ord
      from unnest(p_memory_ids) with ordinality as u (id, ord)
      -- Approximately the physical order of the embeddings.
      order by u.id
    ) as c
    cross join lateral (
      select
        _slot_embedding(p_scope, m.embedding, m.second_embedding) <=> p_embedding as distance,
        _is_searchable(p_scope, m.stale, m.state, m.metadata, m.search_tsv) as is_searchable
      from learning_memories as m
      where m.id = c.id
      -- Optimization fence: look up one memory at a time.
      offset 0
    ) as m
  ) as r;
end
$$;

comment on function _rerank is
'Compute the cosine distances of memories that are near by code, and sort by them.
Arguments: p_scope; p_embedding, of the query; p_memory_ids, nearest by code first; p_batch_size,
how many were requested.
Result: matches, the searchable memories with their cosine distance, nearest first, ties by id;
far_mean and far_deviation, mean and standard deviation of the cosine distances of the half that
is farther by code.';

create function _graph_node_size()
returns double precision
language sql immutable parallel safe
return 314;

comment on function _graph_node_size is
'Return the bytes that a node of the HNSW graph takes beyond its code, for m = 16, as measured
(docs/explanation/benchmarks.md).';

create function _count_graph_nodes(p_scope search_scope, p_code bit varying)
returns double precision
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  return pg_relation_size(
    to_regclass(
      case
        when p_scope.embedding_slot = 2 then 'learning_memories_second_embedding_idx'
        else 'learning_memories_embedding_idx'
      end
    )
  )
  / (_graph_node_size() + octet_length(p_code));
end
$$;

comment on function _count_graph_nodes is
'Estimate the number of memories in the HNSW graph, across all owners, from its size.
Arguments: p_scope, with the slot; p_code, any code.
Result: the number; null if the index does not exist.';

create function _notice_missing_embeddings(p_scope search_scope)
returns void
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
-- Custom plans: the planner folds away conditions on null fields.
set plan_cache_mode = force_custom_plan
as $$
declare
  v_scope search_scope;
begin
  -- Without the filters: what they leave says nothing about the model.
  v_scope.owner := p_scope.owner;
  v_scope.repo := p_scope.repo;
  v_scope.embedding_model := p_scope.embedding_model;
  v_scope.embedding_slot := p_scope.embedding_slot;
  if not exists (
    select
    from learning_memories as m
    where
      _in_scope(
        v_scope, m.owner, m.repo, m.outcome, m.severity, m.category, m.file_path, m.created_at
      )
      and _is_comparable(v_scope, m.embedding_model, m.embedding_code, m.second_code)
  )
  then
    raise notice using
      errcode = 'KB005',
      message = case
        when p_scope.embedding_model is null then 'no embedding model is active'
        else format(
          'no memory of %s has an embedding of the model %s',
          coalesce(p_scope.repo, p_scope.owner), to_json(p_scope.embedding_model)
        )
      end,
      hint = 'get_info lists the models that have embeddings.';
  end if;
end
$$;

comment on function _notice_missing_embeddings is
'Raise a notice, KB005, if no memory of the repository or owner has an embedding of the model that
a search compares.
Argument: p_scope.';

create function _search_vectors(
  p_scope search_scope,
  p_embedding vector,
  p_documents double precision,
  p_share double precision,
  p_limit integer,
  p_candidate_ids bigint[] default null,
  p_code_distances double precision[] default null
)
returns search_match[]
language plpgsql stable parallel unsafe
set search_path = :"schema", public, pg_temp
as $$
declare
  -- Cost of one visited node of the graph, in the unit of _graph_cost.
  c_node_visit_cost constant double precision := 80;
  -- The number of first rows that must stand out.
  c_top_rows constant integer := 10;
  c_code constant bit varying := _quantize(p_embedding);
  v_nodes double precision;
  v_use_graph boolean := p_candidate_ids is null and p_documents > _graph_cost();
  v_batch_size integer := 2 * p_limit;
  v_ids bigint[];
  v_matches search_match[] := '{}';
  v_far_mean double precision;
  v_far_deviation double precision;
  v_distance double precision;
begin
  if v_use_graph then
    v_nodes := _count_graph_nodes(p_scope, c_code);
  end if;

  -- Widen the batch until the first rows are significantly closer (2.7 sigma) than its farther
  -- half, so that unseen rows, whose codes are farther still, are very unlikely to beat them.
  -- If the query resembles nothing in scope, codes say little; if it is opposite to everything
  -- (distance above 1), nothing.
  while (
    cardinality(v_matches) >= p_limit
    and v_distance < v_far_mean - 2.7 * v_far_deviation
    and v_distance < 1
  ) is not true loop
    v_use_graph := v_use_graph and greatest(
      _graph_cost(),
      c_node_visit_cost
      * coalesce(v_batch_size * v_nodes / nullif(p_documents * p_share, 0), 'infinity')
    ) < p_documents;
    if v_use_graph then
      v_ids := _walk_graph(
        p_scope, c_code, v_batch_size,
        -- Large enough for one round to fill the batch despite filters, and growing with the
        -- graph, because recall falls with its size.
        least(
          v_batch_size * greatest(1.5, 1.1 / p_share) * greatest(v_nodes / 250000, 1), 1000
        )::integer,
        -- Beyond this, the scan is cheaper.
        (p_documents / c_node_visit_cost)::integer
      );
      -- If the graph search gave up early or missed rows, the scan finds them.
      v_use_graph := cardinality(v_ids) = v_batch_size;
    end if;
    if not v_use_graph then
      v_ids := case
        when p_candidate_ids is null then _scan_codes(p_scope, c_code, v_batch_size)
        else _pick_nearest(p_candidate_ids, p_code_distances, v_batch_size)
      end;
    end if;
    select r.matches, r.far_mean, r.far_deviation
    into v_matches, v_far_mean, v_far_deviation
    from _rerank(p_scope, p_embedding, v_ids, v_batch_size) as r;
    v_distance := v_matches[least(c_top_rows, p_limit)].value;
    -- Everything in scope was compared.
    exit when not v_use_graph and cardinality(v_ids) < v_batch_size;
    v_batch_size := 5 * v_batch_size;
  end loop;

  if cardinality(v_matches) = 0 then
    perform _notice_missing_embeddings(p_scope);
  end if;

  return v_matches[:p_limit];
end
$$;

comment on function _search_vectors is
'The vector arm of a search: rank the searchable memories in scope by cosine distance. The
2 * p_limit memories nearest by the Hamming distance of their codes are re-ranked by their
embeddings. They are found by scanning all codes in scope or, if that is slower, in the HNSW graph
of the codes. If the nearest do not stand out enough, more are re-ranked, if necessary all. A
notice says if there is nothing to compare.
Arguments: p_scope; p_embedding, of the query; p_documents, number of memories of the repository
or owner; p_share, the fraction of them that may be returned and compared, null if unknown;
p_limit; p_candidate_ids and p_code_distances, from _list_scope, null if unknown.
Result: matches with their cosine distance, nearest first, ties by id.';

commit;
