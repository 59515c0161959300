-- Verify kodiai:base/functions/_now on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_now', '
  stable parallel safe security invoker ()
  returns timestamp with time zone
');

rollback;
