-- Verify kodiai:telemetry/functions/purge_telemetry on pg

begin;

set local search_path = :"schema", public;

select _verify_function('purge_telemetry', '
  volatile parallel unsafe security definer (p_older_than interval, p_limit bigint
  DEFAULT 1000)
  returns bigint
', '{app}');

rollback;
