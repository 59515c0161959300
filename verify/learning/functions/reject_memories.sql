-- Verify kodiai:learning/functions/reject_memories on pg

begin;

set local search_path = :"schema", public;

select _verify_function('reject_memories', '
  volatile parallel unsafe security definer (p_repo text, p_memory_ids bigint[],
  p_reason text, p_by text DEFAULT NULL::text)
  returns bigint
', '{app}');

rollback;
