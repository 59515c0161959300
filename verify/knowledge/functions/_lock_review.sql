-- Verify kodiai:knowledge/functions/_lock_review on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_lock_review', '
  volatile parallel unsafe security invoker (p_review_id bigint)
  returns void
');

rollback;
