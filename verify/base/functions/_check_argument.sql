-- Verify kodiai:base/functions/_check_argument on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_check_argument', '
  stable parallel safe security invoker (p_argument text, p_value text, p_type text)
  returns void
');

rollback;
