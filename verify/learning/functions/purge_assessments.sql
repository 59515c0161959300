-- Verify kodiai:learning/functions/purge_assessments on pg

begin;

set local search_path = :"schema", public;

select _verify_function('purge_assessments', '
  volatile parallel unsafe security definer (p_older_than interval DEFAULT ''365
  days''::interval, p_limit bigint DEFAULT 1000)
  returns bigint
', '{app}');

rollback;
