-- Verify kodiai:base/functions/_identifiers on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_identifiers', '
  immutable parallel safe security invoker (p_text text)
  returns text[]
');

rollback;
