-- Verify kodiai:telemetry/functions/list_cost_by_model on pg

begin;

set local search_path = :"schema", public;

select _verify_function('list_cost_by_model', '
  stable parallel safe security definer (p_repo text DEFAULT NULL::text, p_days
  bigint DEFAULT 30)
  returns TABLE(provider text, model text, events bigint, input_tokens bigint,
  output_tokens bigint, cache_read_tokens bigint, cache_creation_tokens bigint,
  cost_usd numeric, avg_duration_ms double precision)
  set plan_cache_mode=force_custom_plan
', '{app, reader}');

rollback;
