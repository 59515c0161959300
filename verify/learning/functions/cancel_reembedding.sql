-- Verify kodiai:learning/functions/cancel_reembedding on pg

begin;

set local search_path = :"schema", public;

select _verify_function('cancel_reembedding', '
  volatile parallel unsafe security definer ()
  returns text
', '{app}');

rollback;
