-- Verify kodiai:search/functions/search_memories on pg

begin;

set local search_path = :"schema", public;

select _verify_function('search_memories', '
  stable parallel unsafe security definer (p_repo text, p_query_text text DEFAULT
  NULL::text, p_query_embedding vector DEFAULT NULL::vector, p_limit bigint DEFAULT
  10, p_owner text DEFAULT NULL::text, p_outcomes text[] DEFAULT NULL::text[],
  p_severities text[] DEFAULT NULL::text[], p_categories text[] DEFAULT NULL::text[],
  p_path_prefix text DEFAULT NULL::text, p_created_after timestamp with time zone
  DEFAULT NULL::timestamp with time zone, p_embedding_model text DEFAULT NULL::text,
  p_languages text[] DEFAULT NULL::text[], p_vector_weight double precision DEFAULT
  1.0, p_text_weight double precision DEFAULT 1.0, p_rrf_k bigint DEFAULT 60,
  p_recency_half_life interval DEFAULT NULL::interval, p_max_distance double precision
  DEFAULT NULL::double precision, p_diversity double precision DEFAULT 0.0, p_fusion
  text DEFAULT ''zscore''::text, p_recency_floor double precision DEFAULT 0.5,
  p_min_gap double precision DEFAULT NULL::double precision, p_duplicate_distance
  double precision DEFAULT 0, p_query_syntax text DEFAULT ''plain''::text,
  p_min_relevance double precision DEFAULT NULL::double precision, p_exclude_repos
  text[] DEFAULT NULL::text[], p_home_weight double precision DEFAULT 0.05, p_metadata
  jsonb DEFAULT NULL::jsonb)
  returns TABLE(memory_id bigint, score double precision, relevance double precision,
  vector_rank integer, distance double precision, text_rank integer, text_score double
  precision, repo text, owner text, source_repo text, finding_id bigint, review_id
  bigint, finding_text text, severity text, category text, file_path text, language
  text, outcome text, embedding_model text, metadata jsonb, created_at timestamp with
  time zone)
  set jit=off set enable_seqscan=off set enable_bitmapscan=off set
  plan_cache_mode=force_generic_plan
', '{app, reader}');

rollback;
