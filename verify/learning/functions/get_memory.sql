-- Verify kodiai:learning/functions/get_memory on pg

begin;

set local search_path = :"schema", public;

select _verify_function('get_memory', '
  stable parallel safe security definer (p_repo text, p_memory_id bigint)
  returns TABLE(memory_id bigint, repo text, owner text, source_repo text, finding_id
  bigint, review_id bigint, finding_text text, severity text, category text, file_path
  text, language text, outcome text, embedding_model text, embedding_dim integer,
  embedding vector, stale boolean, state text, retired_at timestamp with time zone,
  retired_reason text, superseded_by bigint, metadata jsonb, created_at timestamp with
  time zone, joined_finding_ids bigint[], voices jsonb)
  set TimeZone=UTC set enable_seqscan=off
', '{app, reader}');

rollback;
