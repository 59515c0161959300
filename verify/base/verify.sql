-- Verify kodiai:base/verify on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_verify_registry', '
  immutable parallel safe security invoker (p_registry text, p_deployed_by text
  DEFAULT ' || quote_literal(:'registry') || '::text)
  returns void
');

select _verify_function('_verify_function', '
  stable parallel safe security invoker (p_function text, p_contract text,
  p_roles text[] DEFAULT ''{}''::text[])
  returns void
');

select _verify_function('_verify_table', '
  stable parallel safe security invoker (p_table text, p_contract text[])
  returns void
');

select _verify_function('_verify_none', '
  immutable parallel safe security invoker (p_flaw text, p_objects text[])
  returns void
');

select _verify_function('_verify_database', '
  stable parallel safe security invoker ()
  returns void
');

select _verify_database();

rollback;
