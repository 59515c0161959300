-- Verify kodiai:knowledge/functions/get_author on pg

begin;

set local search_path = :"schema", public;

select _verify_function('get_author', '
  stable parallel safe security definer (p_repo text, p_author_login text, p_max_age
  interval DEFAULT ''1 day''::interval)
  returns TABLE(author_login text, tier text, author_association text, pr_count
  bigint, cached_at timestamp with time zone)
', '{app, reader}');

rollback;
