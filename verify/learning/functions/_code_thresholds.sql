-- Verify kodiai:learning/functions/_code_thresholds on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_code_thresholds', '
  immutable parallel safe security invoker ()
  returns vector
');

rollback;
