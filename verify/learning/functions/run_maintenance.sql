-- Verify kodiai:learning/functions/run_maintenance on pg

begin;

set local search_path = :"schema", public;

select _verify_function('run_maintenance', '
  volatile parallel unsafe security definer (p_seconds bigint DEFAULT 10)
  returns TABLE(task text, rows bigint, finished boolean)
', '{app}');

rollback;
