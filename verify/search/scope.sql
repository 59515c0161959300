-- Verify kodiai:search/scope on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_is_searchable', '
  immutable parallel safe security invoker (p_scope search_scope, p_stale boolean,
  p_state text, p_metadata jsonb, p_search_tsv tsvector)
  returns boolean
');

select _verify_function('_measure_corpus', '
  stable parallel safe security invoker (p_table text, p_owner text, p_repo text,
  p_is_ranked boolean DEFAULT true)
  returns search_corpus
  set plan_cache_mode=force_generic_plan
');

select _verify_function('_graph_cost', '
  immutable parallel safe security invoker ()
  returns integer
');

select _verify_function('_estimate_scope', '
  stable parallel safe security invoker (p_scope search_scope, p_corpus search_corpus,
  p_has_embedding boolean, OUT is_listed boolean, OUT share_searchable double
  precision, OUT share_comparable double precision)
  returns record
  set plan_cache_mode=force_generic_plan
');

select _verify_function('_list_scope', '
  stable parallel safe security invoker (p_scope search_scope, p_code bit varying, OUT
  memory_ids bigint[], OUT code_distances double precision[])
  returns record
  set plan_cache_mode=force_custom_plan set enable_bitmapscan=off
');

select _verify_function('_survey_scope', '
  stable parallel safe security invoker (p_scope search_scope, p_corpus search_corpus,
  p_embedding vector)
  returns scope_estimate
');

rollback;
