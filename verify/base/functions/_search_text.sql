-- Verify kodiai:base/functions/_search_text on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_search_text', '
  stable parallel safe security invoker (p_table text, p_repo text, p_owner
  text, p_lexemes text[], p_frequencies integer[], p_phrases tsquery, p_scope
  text, p_conditions text, p_limit integer, p_also bigint[] DEFAULT
  NULL::bigint[], p_among bigint[] DEFAULT NULL::bigint[])
  returns TABLE(document_id bigint, score double precision, place integer,
  best_score double precision)
  set enable_seqscan=off set plan_cache_mode=force_generic_plan
');

rollback;
