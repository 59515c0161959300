-- Verify kodiai:learning/functions/correct_memory on pg

begin;

set local search_path = :"schema", public;

select _verify_function('correct_memory', '
  volatile parallel unsafe security definer (p_repo text, p_memory_id bigint,
  p_finding_text text DEFAULT NULL::text, p_embedding vector DEFAULT NULL::vector,
  p_severity text DEFAULT NULL::text, p_category text DEFAULT NULL::text, p_file_path
  text DEFAULT NULL::text, p_language text DEFAULT NULL::text, p_metadata jsonb
  DEFAULT NULL::jsonb, p_embedding_model text DEFAULT NULL::text, p_reason text
  DEFAULT NULL::text, p_by text DEFAULT NULL::text)
  returns TABLE(corrected boolean, state text, is_waiting boolean)
', '{app}');

rollback;
