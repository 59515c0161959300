-- Verify kodiai:base/time on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_now', '
  stable parallel safe security invoker ()
  returns timestamp with time zone
');

select _verify_function('_day_start', '
  immutable parallel safe security invoker (p_day date)
  returns timestamp with time zone
');

select _verify_function('_period_start', '
  stable parallel safe security invoker (p_days bigint)
  returns date
');

rollback;
