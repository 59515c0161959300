-- Verify kodiai:search/documents on pg

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

rollback;
