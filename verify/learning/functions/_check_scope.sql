-- Verify kodiai:learning/functions/_check_scope on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_check_scope', '
  stable parallel safe security invoker (p_repo text, p_owner text)
  returns void
');

rollback;
