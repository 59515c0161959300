-- Verify kodiai:learning/functions/_search_embeddings on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_search_embeddings', '
  stable parallel unsafe security invoker (p_embedding vector, p_embedding_model
  text, p_scope text, p_conditions text, p_rows double precision, p_share double
  precision, p_limit integer, p_enough integer, p_max_distance double precision
  DEFAULT NULL::double precision, p_among bigint[] DEFAULT NULL::bigint[],
  p_code_distances double precision[] DEFAULT NULL::double precision[])
  returns TABLE(memory_id bigint, distance double precision)
  set enable_seqscan=off set enable_bitmapscan=off set jit=off set
  plan_cache_mode=force_generic_plan
');

rollback;
