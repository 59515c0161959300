-- Verify kodiai:base/functions/_search_tsquery on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_search_tsquery', '
  immutable parallel safe security invoker (p_text text, p_operator text)
  returns tsquery
');

rollback;
