-- Verify kodiai:search/query on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_check_search_arguments', '
  stable parallel safe security invoker (p_repo text, p_query_text text,
  p_query_embedding vector, p_limit bigint, p_owner text, p_outcomes text[],
  p_severities text[], p_categories text[], p_languages text[], p_vector_weight double
  precision, p_text_weight double precision, p_rrf_k bigint, p_recency_half_life
  interval, p_max_distance double precision, p_diversity double precision, p_fusion
  text, p_recency_floor double precision, p_min_gap double precision,
  p_duplicate_distance double precision, p_query_syntax text, p_min_relevance double
  precision, p_exclude_repos text[], p_home_weight double precision, p_metadata jsonb)
  returns void
');

select _verify_function('_phrase_to_tsquery', '
  immutable parallel safe security invoker (p_text text)
  returns tsquery
');

select _verify_function('_parse_query', '
  immutable parallel safe security invoker (p_text text, p_syntax text)
  returns parsed_query
  set client_min_messages=warning
');

rollback;
