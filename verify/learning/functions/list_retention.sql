-- Verify kodiai:learning/functions/list_retention on pg

begin;

set local search_path = :"schema", public;

select _verify_function('list_retention', '
  stable parallel safe security definer ()
  returns TABLE(table_name text, keep interval, set_at timestamp with time zone)
  set enable_seqscan=off
', '{app, reader}');

rollback;
