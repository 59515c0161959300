-- Verify kodiai:learning/functions/report_embedding_failures on pg

begin;

set local search_path = :"schema", public;

select _verify_function('report_embedding_failures', '
  volatile parallel unsafe security definer (p_embedding_model text, p_memory_ids
  bigint[], p_lease uuid, p_reason text, p_max_attempts bigint DEFAULT 5)
  returns bigint
', '{app}');

rollback;
