-- Verify kodiai:knowledge/functions/list_finding_comments on pg

begin;

set local search_path = :"schema", public;

select _verify_function('list_finding_comments', '
  stable parallel safe security definer (p_repo text, p_days bigint DEFAULT 30,
  p_limit bigint DEFAULT 100)
  returns TABLE(finding_id bigint, review_id bigint, repo text, pr_number bigint,
  head_sha text, file_path text, start_line bigint, end_line bigint, severity text,
  category text, confidence integer, title text, suppressed boolean,
  suppression_pattern text, comment_id bigint, comment_surface text,
  review_output_key text, created_at timestamp with time zone)
', '{app, reader}');

rollback;
