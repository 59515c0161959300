-- Verify kodiai:base/functions/_check_columns on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_check_columns', '
  stable parallel safe security invoker (p_table text, p_objects jsonb, p_keys
  text[], p_format text)
  returns void
');

rollback;
