-- Verify kodiai:learning/functions/forget_person on pg

begin;

set local search_path = :"schema", public;

select _verify_function('forget_person', '
  volatile parallel unsafe security definer (p_login text)
  returns TABLE(table_name text, deleted bigint, anonymized bigint)
', '{app}');

rollback;
