-- Verify kodiai:learning/functions/list_memory_history on pg

begin;

set local search_path = :"schema", public;

select _verify_function('list_memory_history', '
  stable parallel safe security definer (p_repo text, p_memory_id bigint, p_after_id
  bigint DEFAULT NULL::bigint, p_limit bigint DEFAULT 100)
  returns TABLE(history_id bigint, memory_id bigint, action text, changed_by text,
  reason text, before jsonb, after jsonb, created_at timestamp with time zone)
  set enable_seqscan=off set enable_bitmapscan=off
', '{app, reader}');

rollback;
