-- Verify kodiai:learning/functions/purge_retired_memories on pg

begin;

set local search_path = :"schema", public;

select _verify_function('purge_retired_memories', '
  volatile parallel unsafe security definer (p_repo text, p_older_than interval
  DEFAULT ''365 days''::interval, p_limit bigint DEFAULT 1000, p_owner text DEFAULT
  NULL::text)
  returns bigint
', '{app}');

rollback;
