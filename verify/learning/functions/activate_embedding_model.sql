-- Verify kodiai:learning/functions/activate_embedding_model on pg

begin;

set local search_path = :"schema", public;

select _verify_function('activate_embedding_model', '
  volatile parallel unsafe security definer (p_embedding_model text, p_allow_waiting
  boolean DEFAULT false)
  returns text
', '{app}');

rollback;
