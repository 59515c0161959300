-- Verify kodiai:learning/assessment on pg

begin;

set local search_path = :"schema", public;

select _verify_table('similarity_scale', array[
  'column deviation double precision',
  'column near double precision'
]);

select _verify_table('weighed_voice', array[
  'column memory_id bigint',
  'column side integer',
  'column login text',
  'column vector_weight double precision',
  'column text_weight double precision',
  'column weight double precision'
]);

select _verify_table('voice_sums', array[
  'column odds double precision',
  'column voices_for bigint',
  'column voices_against bigint',
  'column weight_for double precision',
  'column weight_against double precision'
]);

select _verify_table('finding_assessment', array[
  'column verdict text',
  'column confidence double precision',
  'column odds double precision',
  'column voices_for bigint',
  'column voices_against bigint',
  'column weight_for double precision',
  'column weight_against double precision',
  'column nearest double precision',
  'column memory_ids bigint[]',
  'column memory_weights double precision[]',
  'column is_protected boolean',
  'column reason text'
]);

select _verify_function('_similarity_scale', '
  stable parallel safe security invoker (p_embedding_model text, p_min_similarity
  double precision)
  returns similarity_scale
');

select _verify_function('_spread', '
  immutable parallel safe security invoker (p_n bigint, p_first bigint, p_last bigint)
  returns bigint
');

select _verify_function('_measure_similarity', '
  stable parallel safe security invoker (p_embedding_model text, OUT pairs bigint, OUT
  mean_similarity double precision, OUT deviation double precision)
  returns record
  set enable_seqscan=off set enable_bitmapscan=off set enable_hashjoin=off set
  enable_mergejoin=off
');

select _verify_function('_calibrate', '
  volatile parallel unsafe security invoker (p_embedding_model text, OUT pairs bigint,
  OUT mean_similarity double precision, OUT deviation double precision)
  returns record
');

select _verify_function('_find_neighbors', '
  stable parallel unsafe security invoker (p_scope search_scope, p_corpus
  search_corpus, p_query_text text, p_embedding vector, p_limit integer)
  returns TABLE(memory_id bigint, similarity double precision, coverage double
  precision)
  set plan_cache_mode=force_generic_plan
');

select _verify_function('_trust', '
  immutable parallel safe security invoker (p_confirmed double precision,
  p_contradicted double precision)
  returns double precision
');

select _verify_function('_weigh_voices', '
  stable parallel safe security invoker (p_memory_ids bigint[], p_similarities double
  precision[], p_coverages double precision[], p_deviation double precision, p_repo
  text, p_file_path text, p_half_life interval, p_maintainers text[])
  returns weighed_voice[]
  set enable_seqscan=off set enable_bitmapscan=off set enable_hashjoin=off set
  enable_mergejoin=off set plan_cache_mode=force_generic_plan
');

select _verify_function('_limit_voices', '
  immutable parallel safe security invoker (p_voices weighed_voice[], p_left_out
  integer, p_limit integer)
  returns weighed_voice[]
');

select _verify_function('_odds', '
  immutable parallel safe security invoker (p_dismissed double precision, p_wanted
  double precision)
  returns double precision
');

select _verify_function('_combine_odds', '
  immutable parallel safe security invoker (p_vector double precision, p_text double
  precision, p_base double precision)
  returns double precision
');

select _verify_function('_sum_voices', '
  immutable parallel safe security invoker (p_voices weighed_voice[])
  returns voice_sums
');

select _verify_function('_weigh_memories', '
  immutable parallel safe security invoker (p_voices weighed_voice[], p_limit integer,
  OUT memory_ids bigint[], OUT memory_weights double precision[])
  returns record
');

select _verify_function('_describe_assessment', '
  immutable parallel safe security invoker (p_assessment finding_assessment, p_scale
  similarity_scale, p_ratio double precision, p_has_embedding boolean)
  returns text
');

select _verify_function('_list_maintainers', '
  stable parallel safe security invoker (p_repo text)
  returns text[]
');

select _verify_function('_assess', '
  stable parallel unsafe security invoker (p_scope search_scope, p_repo text, p_corpus
  search_corpus, p_scale similarity_scale, p_finding jsonb, p_embedding vector,
  p_min_voices integer, p_ratio double precision, p_half_life interval, p_limit
  integer)
  returns finding_assessment
  set plan_cache_mode=force_generic_plan
');

select _verify_function('_check_assessment_arguments', '
  stable parallel safe security invoker (p_min_voices bigint, p_ratio double
  precision, p_min_similarity double precision, p_half_life interval, p_limit bigint,
  p_embedding_model text)
  returns void
');

select _verify_function('_assess_findings', '
  stable parallel unsafe security invoker (p_repo text, p_owner text, p_findings
  jsonb, p_embeddings vector[], p_min_voices bigint, p_ratio double precision,
  p_min_similarity double precision, p_half_life interval, p_limit bigint,
  p_embedding_model text)
  returns SETOF finding_assessment
  set jit=off set enable_seqscan=off set enable_bitmapscan=off
');

rollback;
