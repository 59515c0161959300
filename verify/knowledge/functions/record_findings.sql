-- Verify kodiai:knowledge/functions/record_findings on pg

begin;

set local search_path = :"schema", public;

select _verify_function('record_findings', '
  volatile parallel unsafe security definer (p_review_id bigint, p_findings jsonb)
  returns TABLE(ordinal integer, finding_id bigint)
', '{app}');

rollback;
