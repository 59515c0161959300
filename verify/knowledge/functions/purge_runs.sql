-- Verify kodiai:knowledge/functions/purge_runs on pg

begin;

set local search_path = :"schema", public;

select _verify_function('purge_runs', '
  volatile parallel unsafe security definer (p_older_than interval, p_limit bigint
  DEFAULT 1000)
  returns bigint
', '{app}');

rollback;
