-- Verify kodiai:learning/functions/list_pending_memories on pg

begin;

set local search_path = :"schema", public;

select _verify_function('list_pending_memories', '
  stable parallel safe security definer (p_repo text, p_owner text DEFAULT NULL::text,
  p_after_id bigint DEFAULT NULL::bigint, p_limit bigint DEFAULT 100)
  returns TABLE(memory_id bigint, repo text, finding_text text, severity text,
  category text, file_path text, outcome text, state text, pending_voices bigint,
  logins text[], verdicts text[], waiting_since timestamp with time zone, due_at
  timestamp with time zone)
  set plan_cache_mode=force_custom_plan set enable_seqscan=off set
  enable_bitmapscan=off
', '{app, reader}');

rollback;
