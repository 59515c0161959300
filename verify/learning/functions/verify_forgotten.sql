-- Verify kodiai:learning/functions/verify_forgotten on pg

begin;

set local search_path = :"schema", public;

select _verify_function('verify_forgotten', '
  stable parallel safe security definer (p_repo text DEFAULT NULL::text, p_owner text
  DEFAULT NULL::text, p_login text DEFAULT NULL::text, p_text text DEFAULT NULL::text)
  returns TABLE(table_name text, column_name text, rows bigint)
', '{app, reader}');

rollback;
