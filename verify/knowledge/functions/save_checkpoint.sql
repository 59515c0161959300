-- Verify kodiai:knowledge/functions/save_checkpoint on pg

begin;

set local search_path = :"schema", public;

select _verify_function('save_checkpoint', '
  volatile parallel unsafe security definer (p_review_output_key text, p_repo text,
  p_pr_number bigint, p_checkpoint_data jsonb, p_partial_comment_id bigint DEFAULT
  NULL::bigint)
  returns TABLE(checkpoint_id bigint, inserted boolean)
', '{app}');

rollback;
