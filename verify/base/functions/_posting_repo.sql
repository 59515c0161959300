-- Verify kodiai:base/functions/_posting_repo on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_posting_repo', '
  immutable parallel safe security invoker (p_repo text)
  returns bigint
');

rollback;
