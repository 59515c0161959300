-- Verify kodiai:learning/functions/set_embedding_model on pg

begin;

set local search_path = :"schema", public;

select _verify_function('set_embedding_model', '
  volatile parallel unsafe security definer (p_embedding_model text)
  returns text
', '{app}');

rollback;
