-- Verify kodiai:knowledge/functions/record_suppressions on pg

begin;

set local search_path = :"schema", public;

select _verify_function('record_suppressions', '
  volatile parallel unsafe security definer (p_review_id bigint, p_suppressions
  jsonb)
  returns TABLE(ordinal integer, suppression_id bigint, inserted boolean)
', '{app}');

rollback;
