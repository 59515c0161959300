-- Verify kodiai:base/functions/_verify_table on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_verify_table', '
  stable parallel safe security invoker (p_table text, p_contract text[])
  returns void
');

rollback;
