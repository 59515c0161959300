-- Verify kodiai:knowledge/functions/_insert_suppressions on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_insert_suppressions', '
  volatile parallel unsafe security invoker (p_review_id bigint, p_suppressions
  jsonb)
  returns TABLE(ordinal integer, suppression_id bigint, inserted boolean)
');

rollback;
