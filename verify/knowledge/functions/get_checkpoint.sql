-- Verify kodiai:knowledge/functions/get_checkpoint on pg

begin;

set local search_path = :"schema", public;

select _verify_function('get_checkpoint', '
  stable parallel safe security definer (p_review_output_key text)
  returns TABLE(checkpoint_id bigint, repo text, pr_number bigint, checkpoint_data
  jsonb, partial_comment_id bigint, created_at timestamp with time zone, updated_at
  timestamp with time zone)
', '{app, reader}');

rollback;
