-- Verify kodiai:knowledge/functions/upsert_author on pg

begin;

set local search_path = :"schema", public;

select _verify_function('upsert_author', '
  volatile parallel unsafe security definer (p_repo text, p_author_login text,
  p_tier text, p_author_association text, p_pr_count bigint DEFAULT NULL::bigint)
  returns TABLE(author_id bigint, inserted boolean)
', '{app}');

rollback;
