-- Verify kodiai:search/candidates on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_relevance', '
  immutable parallel safe security invoker (p_distance double precision, p_coverage
  double precision, p_has_terms boolean)
  returns double precision
');

select _verify_function('_gather_candidates', '
  stable parallel safe security invoker (p_scope search_scope, p_home_repo text,
  p_embedding vector, p_vector_matches search_match[], p_text_matches search_match[],
  p_has_terms boolean)
  returns search_candidate[]
  set plan_cache_mode=force_generic_plan
');

select _verify_function('_find_candidates', '
  stable parallel unsafe security invoker (p_scope search_scope, p_home_repo text,
  p_query parsed_query, p_embedding vector, p_corpus search_corpus, p_estimate
  scope_estimate, p_depth integer, p_vector_weight double precision, p_text_weight
  double precision, p_rrf_k integer, p_fusion text)
  returns search_candidate[]
  set plan_cache_mode=force_generic_plan
');

rollback;
