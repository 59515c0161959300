-- Verify kodiai:base/paths on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_normalize_path', '
  immutable parallel safe security invoker (p_path text)
  returns text
');

select _verify_function('_stored_path', '
  immutable parallel safe security invoker (p_path text)
  returns text
');

rollback;
