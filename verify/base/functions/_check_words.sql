-- Verify kodiai:base/functions/_check_words on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_check_words', '
  stable parallel safe security invoker (p_argument text, p_words text[],
  p_domain text)
  returns void
');

rollback;
