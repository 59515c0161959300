-- Verify kodiai:base/rows on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_current_repo', '
  stable parallel safe security invoker (p_repo text)
  returns text
');

select _verify_function('_find_row', '
  stable parallel safe security invoker (p_table text, p_row jsonb, p_key text[])
  returns bigint
');

select _verify_function('_check_created_at', '
  stable parallel safe security invoker (p_created_at timestamp with time zone)
  returns void
');

select _verify_function('_insert_or_get', '
  volatile parallel unsafe security invoker (p_table text, p_row jsonb, p_key
  text[])
  returns TABLE(id bigint, inserted boolean)
');

select _verify_function('_purge_older', '
  volatile parallel unsafe security invoker (p_table text, p_column text,
  p_older_than interval, p_limit bigint)
  returns bigint
');

rollback;
