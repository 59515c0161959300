-- Verify kodiai:search/neighbors on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_load_codes', '
  stable parallel safe security invoker (p_candidates search_candidate[], p_scope
  search_scope)
  returns bit varying[]
  set plan_cache_mode=force_generic_plan
');

select _verify_function('_average_neighbors', '
  immutable parallel safe security invoker (p_codes bit varying[], p_scores double
  precision[])
  returns double precision[]
  set plan_cache_mode=force_generic_plan
');

select _verify_function('_add_neighbor_scores', '
  stable parallel safe security invoker (p_candidates search_candidate[], p_scope
  search_scope)
  returns search_candidate[]
  set plan_cache_mode=force_generic_plan
');

rollback;
