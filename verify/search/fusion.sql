-- Verify kodiai:search/fusion on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_tier_depth', '
  immutable parallel safe security invoker (p_tier integer)
  returns integer
');

select _verify_function('_tier', '
  immutable parallel safe security invoker (p_rank bigint)
  returns integer
');

select _verify_function('_with_score', '
  immutable parallel safe security invoker (p_candidate search_candidate, p_score
  double precision)
  returns search_candidate
');

select _verify_function('_zscore_weight', '
  immutable parallel safe security invoker (p_zscore double precision)
  returns double precision
');

select _verify_function('_fuse_zscore', '
  immutable parallel safe security invoker (p_candidates search_candidate[],
  p_vector_weight double precision, p_text_weight double precision, p_best_text_score
  double precision)
  returns search_candidate[]
  set plan_cache_mode=force_generic_plan
');

select _verify_function('_fuse_rrf', '
  immutable parallel safe security invoker (p_candidates search_candidate[],
  p_vector_weight double precision, p_text_weight double precision, p_rrf_k integer)
  returns search_candidate[]
  set plan_cache_mode=force_generic_plan
');

rollback;
