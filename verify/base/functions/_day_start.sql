-- Verify kodiai:base/functions/_day_start on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_day_start', '
  immutable parallel safe security invoker (p_day date)
  returns timestamp with time zone
');

rollback;
