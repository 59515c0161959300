-- Verify kodiai:base/functions/_first_day on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_first_day', '
  stable parallel safe security invoker (p_days integer)
  returns date
');

rollback;
