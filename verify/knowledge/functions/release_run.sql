-- Verify kodiai:knowledge/functions/release_run on pg

begin;

set local search_path = :"schema", public;

select _verify_function('release_run', '
  volatile parallel unsafe security definer (p_run_key text, p_delivery_id text
  DEFAULT NULL::text)
  returns boolean
', '{app}');

rollback;
