-- Verify kodiai:learning/functions/get_memories on pg

begin;

set local search_path = :"schema", public;

select _verify_function('get_memories', '
  stable parallel safe security definer (p_repo text, p_memory_ids bigint[], p_owner
  text DEFAULT NULL::text)
  returns TABLE(memory_id bigint, repo text, owner text, source_repo text, finding_id
  bigint, review_id bigint, finding_text text, severity text, category text, file_path
  text, language text, outcome text, embedding_model text, embedding_dim integer,
  embedding vector, stale boolean, state text, retired_at timestamp with time zone,
  retired_reason text, superseded_by bigint, metadata jsonb, created_at timestamp with
  time zone)
  set enable_seqscan=off
', '{app, reader}');

rollback;
