-- Verify kodiai:knowledge/locks on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_lock_key', '
  stable parallel safe security invoker (p_kind text, p_name text)
  returns bigint
');

select _verify_function('_lock_pull_request', '
  volatile parallel unsafe security invoker (p_repo text, p_pr_number bigint)
  returns text
');

select _verify_function('_lock_review', '
  volatile parallel unsafe security invoker (p_review_id bigint)
  returns void
');

rollback;
