-- Verify kodiai:knowledge/functions/purge_authors on pg

begin;

set local search_path = :"schema", public;

select _verify_function('purge_authors', '
  volatile parallel unsafe security definer (p_older_than interval, p_limit bigint
  DEFAULT 1000)
  returns bigint
', '{app}');

rollback;
