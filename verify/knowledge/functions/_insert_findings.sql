-- Verify kodiai:knowledge/functions/_insert_findings on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_insert_findings', '
  volatile parallel unsafe security invoker (p_review_id bigint, p_findings jsonb)
  returns bigint[]
');

rollback;
