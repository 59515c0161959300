-- Verify kodiai:search/functions/search_findings on pg

begin;

set local search_path = :"schema", public;

select _verify_function('search_findings', '
  stable parallel safe security definer (p_repo text, p_query_text text, p_limit
  bigint DEFAULT 10, p_query_syntax text DEFAULT ''plain''::text)
  returns TABLE(finding_id bigint, score double precision, review_id bigint, repo
  text, pr_number bigint, head_sha text, file_path text, start_line bigint, end_line
  bigint, severity text, category text, confidence integer, title text, suppressed
  boolean, suppression_pattern text, comment_id bigint, comment_surface text,
  review_output_key text, created_at timestamp with time zone)
  set jit=off set enable_seqscan=off set enable_bitmapscan=off
', '{app, reader}');

rollback;
