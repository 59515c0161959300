-- Verify kodiai:learning/functions/settle_assessment on pg

begin;

set local search_path = :"schema", public;

select _verify_function('settle_assessment', '
  volatile parallel unsafe security definer (p_assessment_id bigint, p_outcome text)
  returns boolean
  set enable_seqscan=off
', '{app}');

rollback;
