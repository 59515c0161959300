-- Verify kodiai:knowledge/functions/_get_last_review on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_get_last_review', '
  stable parallel safe security invoker (p_repo text, p_pr_number bigint)
  returns bigint
');

rollback;
