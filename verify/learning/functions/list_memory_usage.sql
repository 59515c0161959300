-- Verify kodiai:learning/functions/list_memory_usage on pg

begin;

set local search_path = :"schema", public;

select _verify_function('list_memory_usage', '
  stable parallel safe security definer (p_repo text, p_owner text DEFAULT NULL::text,
  p_after_id bigint DEFAULT NULL::bigint, p_limit bigint DEFAULT 100)
  returns TABLE(memory_id bigint, repo text, finding_text text, outcome text, state
  text, recalled bigint, assessed bigint, suppressed bigint, confirmed double
  precision, contradicted double precision, trust double precision, last_used_at
  timestamp with time zone, created_at timestamp with time zone)
  set plan_cache_mode=force_custom_plan set enable_seqscan=off set enable_hashjoin=off
  set enable_mergejoin=off
', '{app, reader}');

rollback;
