-- Verify kodiai:search/checks on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_search_indexes', '
  immutable parallel safe security invoker ()
  returns text[]
');

select _verify_function('_check_indexes', '
  stable parallel safe security invoker (OUT is_ok boolean, OUT detail text)
  returns record
');

select _verify_function('_count_missing_words', '
  stable parallel safe security invoker (p_memory_id bigint)
  returns bigint
  set plan_cache_mode=force_generic_plan
');

select _verify_function('_check_postings', '
  stable parallel safe security invoker (p_scope search_scope, p_memory_ids bigint[],
  OUT is_ok boolean, OUT detail text)
  returns record
  set plan_cache_mode=force_custom_plan
');

select _verify_function('_check_states', '
  stable parallel safe security invoker (p_memory_ids bigint[], OUT is_ok boolean, OUT
  detail text)
  returns record
');

select _verify_function('_count_scans', '
  stable parallel restricted security invoker ()
  returns TABLE(name text, is_table boolean, scans bigint)
');

select _verify_function('_check_plans', '
  stable parallel unsafe security invoker (p_scope search_scope, p_memory_ids
  bigint[], OUT is_ok boolean, OUT detail text)
  returns record
');

select _verify_function('_list_compared', '
  stable parallel safe security invoker (p_scope search_scope, p_limit integer)
  returns bigint[]
  set plan_cache_mode=force_custom_plan
');

select _verify_function('_check_recall', '
  stable parallel unsafe security invoker (p_scope search_scope, p_memory_ids
  bigint[], OUT is_ok boolean, OUT detail text)
  returns record
  set plan_cache_mode=force_generic_plan
');

rollback;
