-- Verify kodiai:base/functions/_insert_once on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_insert_once', '
  volatile parallel unsafe security invoker (p_table text, p_row jsonb, p_key
  text[])
  returns TABLE(id bigint, inserted boolean)
');

rollback;
