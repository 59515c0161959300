-- Verify kodiai:learning/functions/write_memory on pg

begin;

set local search_path = :"schema", public;

select _verify_function('write_memory', '
  volatile parallel unsafe security definer (p_repo text, p_finding_text text,
  p_severity text, p_category text, p_file_path text, p_outcome text, p_embedding
  vector DEFAULT NULL::vector, p_finding_id bigint DEFAULT NULL::bigint, p_review_id
  bigint DEFAULT NULL::bigint, p_owner text DEFAULT NULL::text, p_source_repo text
  DEFAULT NULL::text, p_language text DEFAULT NULL::text, p_embedding_model text
  DEFAULT NULL::text, p_stale boolean DEFAULT false, p_created_at timestamp with time
  zone DEFAULT NULL::timestamp with time zone, p_metadata jsonb DEFAULT NULL::jsonb)
  returns TABLE(memory_id bigint, inserted boolean, state text, stale boolean)
  set TimeZone=UTC
', '{app}');

rollback;
