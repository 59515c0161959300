-- Verify kodiai:telemetry/functions/count_recent_timeouts on pg

begin;

set local search_path = :"schema", public;

select _verify_function('count_recent_timeouts', '
  stable parallel safe security definer (p_repo text, p_pr_author text, p_days
  bigint DEFAULT 7)
  returns bigint
', '{app, reader}');

rollback;
