-- Verify kodiai:search/functions/check_search on pg

begin;

set local search_path = :"schema", public;

select _verify_function('check_search', '
  stable parallel unsafe security definer (p_repo text, p_owner text DEFAULT
  NULL::text, p_questions bigint DEFAULT 10)
  returns TABLE(check_name text, is_ok boolean, detail text)
  set enable_seqscan=off set jit=off set plan_cache_mode=force_custom_plan
', '{app, reader}');

rollback;
