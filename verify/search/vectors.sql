-- Verify kodiai:search/vectors on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_scan_codes', '
  stable parallel safe security invoker (p_scope search_scope, p_code bit varying,
  p_limit integer)
  returns bigint[]
  set plan_cache_mode=force_custom_plan
');

select _verify_function('_walk_graph', '
  stable parallel unsafe security invoker (p_scope search_scope, p_code bit varying,
  p_limit integer, p_ef_search integer, p_max_scan_tuples integer)
  returns bigint[]
  set plan_cache_mode=force_custom_plan
');

select _verify_function('_pick_nearest', '
  immutable parallel safe security invoker (p_memory_ids bigint[], p_code_distances
  double precision[], p_limit integer)
  returns bigint[]
');

select _verify_function('_rerank', '
  stable parallel safe security invoker (p_scope search_scope, p_embedding vector,
  p_memory_ids bigint[], p_batch_size integer, OUT matches search_match[], OUT
  far_mean double precision, OUT far_deviation double precision)
  returns record
  set plan_cache_mode=force_generic_plan
');

select _verify_function('_graph_node_size', '
  immutable parallel safe security invoker ()
  returns double precision
');

select _verify_function('_count_graph_nodes', '
  stable parallel safe security invoker (p_scope search_scope, p_code bit varying)
  returns double precision
');

select _verify_function('_notice_missing_embeddings', '
  stable parallel safe security invoker (p_scope search_scope)
  returns void
  set plan_cache_mode=force_custom_plan
');

select _verify_function('_search_vectors', '
  stable parallel unsafe security invoker (p_scope search_scope, p_embedding vector,
  p_documents double precision, p_share double precision, p_limit integer,
  p_candidate_ids bigint[] DEFAULT NULL::bigint[], p_code_distances double precision[]
  DEFAULT NULL::double precision[])
  returns search_match[]
');

rollback;
