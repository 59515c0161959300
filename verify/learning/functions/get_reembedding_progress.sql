-- Verify kodiai:learning/functions/get_reembedding_progress on pg

begin;

set local search_path = :"schema", public;

select _verify_function('get_reembedding_progress', '
  stable parallel safe security definer (p_embedding_model text DEFAULT NULL::text)
  returns TABLE(embedding_model text, state text, total bigint, embedded bigint,
  waiting bigint, leased bigint, failed bigint, failures jsonb, began_at timestamp
  with time zone, per_second double precision, seconds_left double precision)
', '{app, reader}');

rollback;
