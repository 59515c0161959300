-- Verify kodiai:learning/functions/set_retention on pg

begin;

set local search_path = :"schema", public;

select _verify_function('set_retention', '
  volatile parallel unsafe security definer (p_table text, p_keep interval)
  returns boolean
  set enable_seqscan=off
', '{app}');

rollback;
