-- Verify kodiai:learning/functions/retire_memories on pg

begin;

set local search_path = :"schema", public;

select _verify_function('retire_memories', '
  volatile parallel unsafe security definer (p_repo text, p_reason text, p_memory_ids
  bigint[] DEFAULT NULL::bigint[], p_finding_ids bigint[] DEFAULT NULL::bigint[], p_by
  text DEFAULT NULL::text, p_superseded_by bigint DEFAULT NULL::bigint)
  returns bigint
', '{app}');

rollback;
