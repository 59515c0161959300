-- Verify kodiai:knowledge/functions/set_finding_comment on pg

begin;

set local search_path = :"schema", public;

select _verify_function('set_finding_comment', '
  volatile parallel unsafe security definer (p_finding_id bigint, p_comment_id
  bigint, p_comment_surface text)
  returns boolean
', '{app}');

rollback;
