-- Verify kodiai:knowledge/functions/_check_findings on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_check_findings', '
  stable parallel safe security invoker (p_findings jsonb)
  returns void
');

rollback;
