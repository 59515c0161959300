-- Verify kodiai:learning/functions/get_memory_health on pg

begin;

set local search_path = :"schema", public;

select _verify_function('get_memory_health', '
  stable parallel restricted security definer (p_repo text DEFAULT NULL::text, p_owner
  text DEFAULT NULL::text)
  returns TABLE(memories bigint, active bigint, stale bigint, waiting bigint, pending
  bigint, retired bigint, is_exact boolean, active_model text, models jsonb,
  oldest_waiting_at timestamp with time zone, failed bigint, oldest_pending_at
  timestamp with time zone, is_replica boolean, invalid_indexes text[], tables jsonb,
  indexes jsonb)
', '{app, reader}');

rollback;
