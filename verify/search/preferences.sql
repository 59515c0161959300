-- Verify kodiai:search/preferences on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_related_languages', '
  immutable parallel safe security invoker (p_languages text[])
  returns text[]
');

select _verify_function('_recency_weight', '
  immutable parallel safe security invoker (p_age interval, p_half_life interval)
  returns double precision
');

select _verify_function('_boost_scores', '
  immutable parallel safe security invoker (p_candidates search_candidate[],
  p_languages text[], p_recency_half_life interval, p_recency_floor double precision,
  p_home_weight double precision, p_now timestamp with time zone)
  returns search_candidate[]
  set plan_cache_mode=force_generic_plan
');

select _verify_function('_separate_tiers', '
  immutable parallel safe security invoker (p_candidates search_candidate[])
  returns search_candidate[]
  set plan_cache_mode=force_generic_plan
');

select _verify_function('_cut_irrelevant', '
  immutable parallel safe security invoker (p_candidates search_candidate[],
  p_max_distance double precision, p_min_relevance double precision)
  returns search_candidate[]
  set plan_cache_mode=force_generic_plan
');

select _verify_function('_prefer', '
  stable parallel safe security invoker (p_candidates search_candidate[], p_languages
  text[], p_recency_half_life interval, p_recency_floor double precision,
  p_home_weight double precision, p_max_distance double precision, p_min_relevance
  double precision)
  returns search_candidate[]
');

select _verify_function('_collapse_equal_texts', '
  immutable parallel safe security invoker (p_candidates search_candidate[])
  returns search_candidate[]
  set plan_cache_mode=force_generic_plan
');

select _verify_function('_collapse_near_duplicates', '
  immutable parallel safe security invoker (p_candidates search_candidate[],
  p_embeddings vector[], p_distance double precision, p_limit integer)
  returns search_candidate[]
  set plan_cache_mode=force_generic_plan
');

select _verify_function('_cut_at_gap', '
  immutable parallel safe security invoker (p_candidates search_candidate[], p_min_gap
  double precision, p_limit integer)
  returns search_candidate[]
');

select _verify_function('_diversified_rows', '
  immutable parallel safe security invoker ()
  returns integer
');

select _verify_function('_diversify', '
  immutable parallel safe security invoker (p_candidates search_candidate[],
  p_embeddings vector[], p_diversity double precision, p_limit integer)
  returns search_candidate[]
  set plan_cache_mode=force_generic_plan
');

select _verify_function('_load_embeddings', '
  stable parallel safe security invoker (p_candidates search_candidate[], p_scope
  search_scope)
  returns vector[]
  set plan_cache_mode=force_generic_plan
');

select _verify_function('_collapse_duplicates', '
  stable parallel safe security invoker (p_candidates search_candidate[], p_scope
  search_scope, p_distance double precision, p_limit integer)
  returns search_candidate[]
');

select _verify_function('_pick', '
  stable parallel safe security invoker (p_candidates search_candidate[], p_scope
  search_scope, p_limit integer, p_min_gap double precision, p_diversity double
  precision)
  returns search_candidate[]
');

rollback;
