-- Verify kodiai:learning/functions/calibrate_similarity on pg

begin;

set local search_path = :"schema", public;

select _verify_function('calibrate_similarity', '
  volatile parallel unsafe security definer (p_embedding_model text DEFAULT
  NULL::text)
  returns TABLE(embedding_model text, pairs bigint, mean_similarity double precision,
  deviation double precision, min_similarity double precision)
', '{app}');

rollback;
