-- Verify kodiai:knowledge/functions/record_feedback_reactions on pg

begin;

set local search_path = :"schema", public;

select _verify_function('record_feedback_reactions', '
  volatile parallel unsafe security definer (p_reactions jsonb)
  returns TABLE(ordinal integer, feedback_id bigint, inserted boolean)
  set TimeZone=UTC set DateStyle=ISO, YMD
', '{app}');

rollback;
