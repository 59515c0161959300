-- Verify kodiai:base/functions/_lift_score on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_lift_score', '
  immutable parallel safe security invoker (p_score double precision,
  p_best_below double precision)
  returns double precision
');

rollback;
