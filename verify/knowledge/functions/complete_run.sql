-- Verify kodiai:knowledge/functions/complete_run on pg

begin;

set local search_path = :"schema", public;

select _verify_function('complete_run', '
  volatile parallel unsafe security definer (p_run_key text, p_delivery_id text
  DEFAULT NULL::text)
  returns TABLE(completed boolean, status text, superseded_by text)
', '{app}');

rollback;
