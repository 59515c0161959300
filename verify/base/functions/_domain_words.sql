-- Verify kodiai:base/functions/_domain_words on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_domain_words', '
  stable parallel safe security invoker (p_domain text)
  returns text
');

rollback;
