-- Verify kodiai:base/functions/_are_words on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_are_words', '
  stable parallel safe security invoker (p_words text[], p_domain text)
  returns boolean
');

rollback;
