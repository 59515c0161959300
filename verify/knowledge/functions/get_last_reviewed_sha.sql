-- Verify kodiai:knowledge/functions/get_last_reviewed_sha on pg

begin;

set local search_path = :"schema", public;

select _verify_function('get_last_reviewed_sha', '
  stable parallel safe security definer (p_repo text, p_pr_number bigint)
  returns TABLE(head_sha text, review_id bigint, created_at timestamp with time
  zone)
', '{app, reader}');

rollback;
