-- Verify kodiai:base/functions/_split_identifiers on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_split_identifiers', '
  immutable parallel safe security invoker (p_text text)
  returns text
');

rollback;
