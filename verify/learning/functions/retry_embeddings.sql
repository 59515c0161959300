-- Verify kodiai:learning/functions/retry_embeddings on pg

begin;

set local search_path = :"schema", public;

select _verify_function('retry_embeddings', '
  volatile parallel unsafe security definer (p_embedding_model text)
  returns bigint
  set enable_seqscan=off set enable_bitmapscan=off set enable_hashjoin=off set
  enable_mergejoin=off
', '{app}');

rollback;
