-- Verify kodiai:base/functions/_rank_bm25 on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_rank_bm25', '
  stable parallel safe security invoker (p_table text, p_repo text, p_owner
  text, p_lexemes text[], p_frequencies integer[], p_limit integer, p_among
  bigint[] DEFAULT NULL::bigint[], p_also bigint[] DEFAULT NULL::bigint[])
  returns TABLE(document_id bigint, score double precision, best_score double
  precision)
  set enable_seqscan=off set enable_bitmapscan=off set jit=off set
  plan_cache_mode=force_generic_plan
');

rollback;
