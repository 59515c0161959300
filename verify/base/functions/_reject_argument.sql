-- Verify kodiai:base/functions/_reject_argument on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_reject_argument', '
  immutable parallel safe security invoker (p_argument text, p_expected text, p_got
  text)
  returns void
');

rollback;
