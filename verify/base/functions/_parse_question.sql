-- Verify kodiai:base/functions/_parse_question on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_parse_question', '
  immutable parallel safe security invoker (p_text text)
  returns TABLE(lexemes text[], frequencies integer[], phrases tsquery, excluded
  tsquery)
  set client_min_messages=warning
');

rollback;
