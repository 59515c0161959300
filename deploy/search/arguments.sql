-- Deploy kodiai:search/arguments to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _check_search_arguments(
  p_repo text,
  p_query_text text,
  p_query_embedding vector,
  p_limit integer,
  p_owner text,
  p_outcomes text[],
  p_severities text[],
  p_categories text[],
  p_vector_weight double precision,
  p_text_weight double precision,
  p_rrf_k integer,
  p_recency_half_life interval,
  p_max_distance double precision,
  p_diversity double precision,
  p_fusion text,
  p_recency_floor double precision,
  p_min_gap double precision,
  p_duplicate_distance double precision
)
returns void
language plpgsql stable parallel safe
set search_path = :"schema", public, pg_temp
as $$
begin
  perform _check_scope(p_repo, p_owner);
  if p_query_text is null and p_query_embedding is null then
    perform _reject_argument('p_query_text or p_query_embedding', 'something to search for', null);
  end if;
  if p_query_embedding is null then
    perform _check_argument('p_query_text', p_query_text, 'long_text');
  elsif length(p_query_text) > 100000 then
    perform _reject_argument('p_query_text', 'at most 100000 characters', p_query_text);
  end if;
  if vector_dims(p_query_embedding) <> _embedding_dim() then
    perform _reject_argument(
      'p_query_embedding', format('%s dimensions', _embedding_dim()),
      vector_dims(p_query_embedding)::text
    );
  end if;
  -- The cosine distance of a vector to itself is not a number where all values are zero,
  -- or so small or large that their squares leave the range of real.
  if p_query_embedding <=> p_query_embedding = 'NaN' then
    perform _reject_argument(
      'p_query_embedding', 'a vector that has a direction',
      format('one of length %s', vector_norm(p_query_embedding))
    );
  end if;
  perform _check_argument('p_limit', p_limit::text, 'row_limit');
  perform _check_array('p_outcomes', p_outcomes, 'outcome');
  perform _check_array('p_severities', p_severities, 'severity');
  perform _check_array('p_categories', p_categories, 'category');
  perform _check_argument('p_vector_weight', p_vector_weight::text, 'weight');
  perform _check_argument('p_text_weight', p_text_weight::text, 'weight');
  perform _check_argument('p_rrf_k', p_rrf_k::text, 'rank_constant');
  if p_recency_half_life is not null then
    perform _check_argument('p_recency_half_life', p_recency_half_life::text, 'half_life');
  end if;
  if p_max_distance is not null then
    perform _check_argument('p_max_distance', p_max_distance::text, 'cosine_distance');
  end if;
  perform _check_argument('p_diversity', p_diversity::text, 'ratio');
  perform _check_argument('p_fusion', p_fusion, 'fusion');
  perform _check_argument('p_recency_floor', p_recency_floor::text, 'ratio');
  if p_min_gap is not null then
    perform _check_argument('p_min_gap', p_min_gap::text, 'ratio');
  end if;
  if p_duplicate_distance is not null then
    perform _check_argument(
      'p_duplicate_distance', p_duplicate_distance::text, 'cosine_distance'
    );
  end if;
end
$$;

comment on function _check_search_arguments is
'Rejects bad arguments of search_memories. Arguments: as there.
Errors: 22004 for what is missing, 22023 for what cannot be.';

commit;
