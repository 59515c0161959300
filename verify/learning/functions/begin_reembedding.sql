-- Verify kodiai:learning/functions/begin_reembedding on pg

begin;

set local search_path = :"schema", public;

select _verify_function('begin_reembedding', '
  volatile parallel unsafe security definer (p_embedding_model text)
  returns bigint
', '{app}');

rollback;
