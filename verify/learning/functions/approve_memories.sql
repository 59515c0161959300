-- Verify kodiai:learning/functions/approve_memories on pg

begin;

set local search_path = :"schema", public;

select _verify_function('approve_memories', '
  volatile parallel unsafe security definer (p_repo text, p_memory_ids bigint[]
  DEFAULT NULL::bigint[], p_by text DEFAULT NULL::text, p_reason text DEFAULT
  NULL::text)
  returns bigint
', '{app}');

rollback;
