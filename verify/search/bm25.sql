-- Verify kodiai:search/bm25 on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_bm25_setting', '
  stable parallel safe security invoker (p_name text, p_default double precision,
  p_domain text)
  returns double precision
');

select _verify_function('_promote_score', '
  immutable parallel safe security invoker (p_score double precision, p_best_below
  double precision)
  returns double precision
');

select _verify_function('_has_all_terms', '
  immutable parallel safe security invoker (p_matched_weight double precision,
  p_total_weight double precision)
  returns boolean
');

select _verify_function('_path_share', '
  immutable parallel safe security invoker ()
  returns double precision
');

select _verify_function('_term_share', '
  immutable parallel safe security invoker (p_frequency smallint, p_norm double
  precision)
  returns double precision
');

select _verify_function('_plan_terms', '
  stable parallel safe security invoker (p_corpus search_corpus, p_query parsed_query,
  p_rare_only boolean DEFAULT false)
  returns search_term[]
  set plan_cache_mode=force_generic_plan
');

select _verify_function('_weigh_terms', '
  stable parallel safe security invoker (p_corpus search_corpus, p_terms
  search_term[], p_read_count integer)
  returns search_term[]
  set plan_cache_mode=force_generic_plan
');

select _verify_function('_score_postings', '
  stable parallel safe security invoker (p_corpus search_corpus, p_terms
  search_term[], p_limit integer, p_candidate_ids bigint[], p_extra_ids bigint[])
  returns scored_document[]
  set plan_cache_mode=force_generic_plan set enable_sort=off
');

select _verify_function('_add_documents', '
  stable parallel safe security invoker (p_corpus search_corpus, p_documents
  scored_document[], p_document_ids bigint[])
  returns scored_document[]
  set plan_cache_mode=force_generic_plan
');

select _verify_function('_score_lookups', '
  stable parallel safe security invoker (p_corpus search_corpus, p_terms
  search_term[], p_documents scored_document[])
  returns scored_document[]
  set plan_cache_mode=force_generic_plan set enable_sort=off
');

select _verify_function('_rank_bm25', '
  stable parallel safe security invoker (p_corpus search_corpus, p_terms
  search_term[], p_limit integer, p_candidate_ids bigint[] DEFAULT NULL::bigint[],
  p_extra_ids bigint[] DEFAULT NULL::bigint[], OUT documents scored_document[], OUT
  best_score double precision)
  returns record
  set plan_cache_mode=force_generic_plan
');

rollback;
