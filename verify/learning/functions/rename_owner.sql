-- Verify kodiai:learning/functions/rename_owner on pg

begin;

set local search_path = :"schema", public;

select _verify_function('rename_owner', '
  volatile parallel unsafe security definer (p_owner text, p_new_owner text)
  returns TABLE(table_name text, renamed bigint, dropped bigint)
', '{app}');

rollback;
