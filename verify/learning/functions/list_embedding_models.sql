-- Verify kodiai:learning/functions/list_embedding_models on pg

begin;

set local search_path = :"schema", public;

select _verify_function('list_embedding_models', '
  stable parallel safe security definer ()
  returns TABLE(embedding_model text, embedding_dim integer, state text, created_at
  timestamp with time zone, began_at timestamp with time zone, activated_at timestamp
  with time zone, calibrated_at timestamp with time zone, pairs bigint,
  mean_similarity double precision, deviation double precision)
', '{app, reader}');

rollback;
