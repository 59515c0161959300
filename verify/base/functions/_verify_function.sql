-- Verify kodiai:base/functions/_verify_function on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_verify_function', '
  stable parallel safe security invoker (p_function text, p_contract text)
  returns void
');

rollback;
