-- Verify kodiai:learning/functions/list_memories on pg

begin;

set local search_path = :"schema", public;

select _verify_function('list_memories', '
  stable parallel safe security definer (p_repo text, p_owner text DEFAULT NULL::text,
  p_outcomes text[] DEFAULT NULL::text[], p_severities text[] DEFAULT NULL::text[],
  p_categories text[] DEFAULT NULL::text[], p_path_prefix text DEFAULT NULL::text,
  p_created_after timestamp with time zone DEFAULT NULL::timestamp with time zone,
  p_is_stale boolean DEFAULT false, p_is_waiting boolean DEFAULT NULL::boolean,
  p_after_id bigint DEFAULT NULL::bigint, p_limit bigint DEFAULT 100, p_state text
  DEFAULT ''active''::text, p_metadata jsonb DEFAULT NULL::jsonb)
  returns TABLE(memory_id bigint, repo text, owner text, source_repo text, finding_id
  bigint, review_id bigint, finding_text text, severity text, category text, file_path
  text, language text, outcome text, embedding_model text, embedding_dim integer,
  embedding vector, stale boolean, state text, retired_at timestamp with time zone,
  retired_reason text, superseded_by bigint, metadata jsonb, created_at timestamp with
  time zone)
', '{app, reader}');

rollback;
