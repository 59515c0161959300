-- Verify kodiai:knowledge/functions/set_checkpoint_comment on pg

begin;

set local search_path = :"schema", public;

select _verify_function('set_checkpoint_comment', '
  volatile parallel unsafe security definer (p_review_output_key text,
  p_partial_comment_id bigint)
  returns bigint
', '{app}');

rollback;
