-- Verify kodiai:knowledge/functions/claim_run on pg

begin;

set local search_path = :"schema", public;

select _verify_function('claim_run', '
  volatile parallel unsafe security definer (p_run_key text, p_repo text,
  p_pr_number bigint, p_base_sha text, p_head_sha text, p_delivery_id text, p_action
  text)
  returns TABLE(claimed boolean, reason text, superseded_run_keys text[])
', '{app}');

rollback;
