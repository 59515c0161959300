-- Verify kodiai:base/functions/_check_arguments on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_check_arguments', '
  stable parallel safe security invoker (p_table text, p_arguments jsonb)
  returns void
');

rollback;
