-- Verify kodiai:learning/functions/assess_finding on pg

begin;

set local search_path = :"schema", public;

select _verify_function('assess_finding', '
  stable parallel unsafe security definer (p_repo text, p_finding_text text,
  p_severity text, p_category text, p_embedding vector DEFAULT NULL::vector,
  p_file_path text DEFAULT NULL::text, p_owner text DEFAULT NULL::text, p_min_voices
  bigint DEFAULT 2, p_ratio double precision DEFAULT 4, p_min_similarity double
  precision DEFAULT NULL::double precision, p_half_life interval DEFAULT ''365
  days''::interval, p_limit bigint DEFAULT 25, p_embedding_model text DEFAULT
  NULL::text)
  returns TABLE(verdict text, confidence double precision, odds double precision,
  voices_for bigint, voices_against bigint, weight_for double precision,
  weight_against double precision, memory_ids bigint[], memory_weights double
  precision[], is_protected boolean, reason text)
', '{app, reader}');

rollback;
