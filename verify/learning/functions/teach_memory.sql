-- Verify kodiai:learning/functions/teach_memory on pg

begin;

set local search_path = :"schema", public;

select _verify_function('teach_memory', '
  volatile parallel unsafe security definer (p_repo text, p_finding_text text,
  p_severity text, p_category text, p_file_path text, p_voice text, p_embedding vector
  DEFAULT NULL::vector, p_finding_id bigint DEFAULT NULL::bigint, p_login text DEFAULT
  NULL::text, p_association text DEFAULT NULL::text, p_event text DEFAULT NULL::text,
  p_rationale text DEFAULT NULL::text, p_url text DEFAULT NULL::text, p_said_at
  timestamp with time zone DEFAULT NULL::timestamp with time zone, p_same_distance
  double precision DEFAULT 0.2, p_review_id bigint DEFAULT NULL::bigint, p_source_repo
  text DEFAULT NULL::text, p_language text DEFAULT NULL::text, p_embedding_model text
  DEFAULT NULL::text, p_metadata jsonb DEFAULT NULL::jsonb)
  returns TABLE(memory_id bigint, inserted boolean, joined boolean, distance double
  precision, state text, stale boolean)
  set TimeZone=UTC
', '{app}');

rollback;
