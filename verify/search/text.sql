-- Verify kodiai:search/text on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_list_documents', '
  stable parallel safe security invoker (p_table text, p_scope search_scope)
  returns bigint[]
  set plan_cache_mode=force_custom_plan
');

select _verify_function('_pick_searchable', '
  stable parallel safe security invoker (p_table text, p_scope search_scope,
  p_document_ids bigint[], p_limit integer DEFAULT NULL::integer)
  returns bigint[]
  set plan_cache_mode=force_generic_plan
');

select _verify_function('_list_phrase_matches', '
  stable parallel safe security invoker (p_table text, p_scope search_scope, p_phrases
  tsquery, p_limit integer)
  returns bigint[]
  set plan_cache_mode=force_custom_plan set enable_bitmapscan=on
');

select _verify_function('_pick_phrase_matches', '
  stable parallel safe security invoker (p_table text, p_document_ids bigint[],
  p_phrases tsquery)
  returns bigint[]
  set plan_cache_mode=force_generic_plan
');

select _verify_function('_promote_documents', '
  immutable parallel safe security invoker (p_documents scored_document[],
  p_document_ids bigint[])
  returns scored_document[]
  set plan_cache_mode=force_generic_plan
');

select _verify_function('_list_same_words', '
  stable parallel safe security invoker (p_corpus search_corpus, p_scope search_scope,
  p_terms search_term[], p_text text, p_limit integer)
  returns bigint[]
  set plan_cache_mode=force_generic_plan
');

select _verify_function('_rank_searchable', '
  stable parallel safe security invoker (p_corpus search_corpus, p_scope search_scope,
  p_terms search_term[], p_limit integer, p_share double precision, p_candidate_ids
  bigint[], p_extra_ids bigint[], OUT documents scored_document[], OUT searchable_ids
  bigint[], OUT best_score double precision)
  returns record
');

select _verify_function('_search_text', '
  stable parallel safe security invoker (p_corpus search_corpus, p_scope search_scope,
  p_query parsed_query, p_limit integer, p_share double precision DEFAULT NULL::double
  precision, p_candidate_ids bigint[] DEFAULT NULL::bigint[], p_extra_ids bigint[]
  DEFAULT NULL::bigint[], p_rare_only boolean DEFAULT false, OUT matches
  search_match[], OUT best_score double precision)
  returns record
  set plan_cache_mode=force_generic_plan
');

rollback;
