-- Verify kodiai:learning/functions/forget_repo on pg

begin;

set local search_path = :"schema", public;

select _verify_function('forget_repo', '
  volatile parallel unsafe security definer (p_repo text)
  returns TABLE(table_name text, deleted bigint, anonymized bigint)
', '{app}');

rollback;
