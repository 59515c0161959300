-- Verify kodiai:learning/models on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_active_model', '
  stable parallel safe security invoker ()
  returns text
');

select _verify_function('_embedding_slot', '
  stable parallel safe security invoker (p_embedding_model text)
  returns integer
');

select _verify_function('_lock_second_model', '
  volatile parallel unsafe security invoker ()
  returns text
');

select _verify_function('_lock_models', '
  volatile parallel unsafe security invoker ()
  returns void
');

select _verify_function('_make_active', '
  volatile parallel unsafe security invoker (p_embedding_model text)
  returns text
');

rollback;
