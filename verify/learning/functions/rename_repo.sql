-- Verify kodiai:learning/functions/rename_repo on pg

begin;

set local search_path = :"schema", public;

select _verify_function('rename_repo', '
  volatile parallel unsafe security definer (p_repo text, p_new_repo text)
  returns TABLE(table_name text, renamed bigint, dropped bigint)
', '{app}');

rollback;
