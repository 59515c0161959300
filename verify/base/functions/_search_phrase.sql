-- Verify kodiai:base/functions/_search_phrase on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_search_phrase', '
  immutable parallel safe security invoker (p_text text)
  returns tsquery
');

rollback;
