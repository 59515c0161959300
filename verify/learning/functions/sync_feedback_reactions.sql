-- Verify kodiai:learning/functions/sync_feedback_reactions on pg

begin;

set local search_path = :"schema", public;

select _verify_function('sync_feedback_reactions', '
  volatile parallel unsafe security definer (p_finding_id bigint, p_reactions jsonb,
  p_comment_id bigint DEFAULT NULL::bigint, p_comment_surface text DEFAULT NULL::text)
  returns TABLE(recorded bigint, removed bigint)
  set TimeZone=UTC set DateStyle=ISO, YMD
', '{app}');

rollback;
