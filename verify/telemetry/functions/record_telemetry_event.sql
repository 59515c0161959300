-- Verify kodiai:telemetry/functions/record_telemetry_event on pg

begin;

set local search_path = :"schema", public;

select _verify_function('record_telemetry_event', '
  volatile parallel unsafe security definer (p_repo text, p_event_type text, p_model
  text, p_conclusion text, p_delivery_id text DEFAULT NULL::text, p_session_id text
  DEFAULT NULL::text, p_pr_number bigint DEFAULT NULL::bigint, p_pr_author text
  DEFAULT NULL::text, p_provider text DEFAULT ''anthropic''::text, p_input_tokens
  bigint DEFAULT 0, p_output_tokens bigint DEFAULT 0, p_cache_read_tokens bigint
  DEFAULT 0, p_cache_creation_tokens bigint DEFAULT 0, p_duration_ms bigint DEFAULT
  0, p_cost_usd numeric DEFAULT 0, p_num_turns bigint DEFAULT NULL::bigint,
  p_stop_reason text DEFAULT NULL::text,
  p_created_at timestamp with time zone DEFAULT
  NULL::timestamp with time zone)
  returns TABLE(event_id bigint, inserted boolean)
  set TimeZone=UTC
', '{app}');

rollback;
