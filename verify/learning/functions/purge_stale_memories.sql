-- Verify kodiai:learning/functions/purge_stale_memories on pg

begin;

set local search_path = :"schema", public;

select _verify_function('purge_stale_memories', '
  volatile parallel unsafe security definer (p_repo text, p_limit bigint DEFAULT 1000,
  p_owner text DEFAULT NULL::text)
  returns bigint
', '{app}');

rollback;
