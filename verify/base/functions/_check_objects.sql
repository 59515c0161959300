-- Verify kodiai:base/functions/_check_objects on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_check_objects', '
  stable parallel safe security invoker (p_table text, p_argument text, p_objects
  jsonb, p_keys text[])
  returns void
');

rollback;
