-- Verify kodiai:learning/functions/_weigh_zscore on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_weigh_zscore', '
  immutable parallel safe security invoker (p_zscore double precision)
  returns double precision
');

rollback;
