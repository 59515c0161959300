-- Verify kodiai:learning/functions/forget_owner on pg

begin;

set local search_path = :"schema", public;

select _verify_function('forget_owner', '
  volatile parallel unsafe security definer (p_owner text)
  returns TABLE(table_name text, deleted bigint, anonymized bigint)
', '{app}');

rollback;
