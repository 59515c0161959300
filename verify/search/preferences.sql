-- Verify kodiai:search/preferences on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_related_languages', '
  immutable parallel safe security invoker (p_languages text[])
  returns text[]
');

select _verify_function('_boost_scores', '
  immutable parallel safe security invoker (p_candidates search_candidate[],
  p_languages text[], p_recency_half_life interval, p_recency_floor double precision,
  p_now timestamp with time zone)
  returns search_candidate[]
  set plan_cache_mode=force_generic_plan
');

select _verify_function('_collapse_duplicates', '
  immutable parallel safe security invoker (p_candidates search_candidate[],
  p_text_hashes uuid[], p_embeddings vector[], p_distance double precision, p_limit
  integer)
  returns search_candidate[]
  set plan_cache_mode=force_generic_plan
');

select _verify_function('_cut_at_gap', '
  immutable parallel safe security invoker (p_candidates search_candidate[], p_min_gap
  double precision, p_limit integer)
  returns search_candidate[]
');

select _verify_function('_diversify', '
  immutable parallel safe security invoker (p_candidates search_candidate[],
  p_embeddings vector[], p_diversity double precision, p_limit integer)
  returns search_candidate[]
  set plan_cache_mode=force_generic_plan
');

select _verify_function('_load_text_hashes', '
  stable parallel safe security invoker (p_candidates search_candidate[])
  returns uuid[]
  set plan_cache_mode=force_generic_plan
');

select _verify_function('_load_embeddings', '
  stable parallel safe security invoker (p_candidates search_candidate[],
  p_embedding_model text)
  returns vector[]
  set plan_cache_mode=force_generic_plan
');

select _verify_function('_prefer', '
  stable parallel safe security invoker (p_candidates search_candidate[],
  p_embedding_model text, p_limit integer, p_languages text[], p_recency_half_life
  interval, p_recency_floor double precision, p_duplicate_distance double precision,
  p_min_gap double precision, p_diversity double precision)
  returns search_candidate[]
');

rollback;
