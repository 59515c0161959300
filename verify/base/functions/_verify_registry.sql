-- Verify kodiai:base/functions/_verify_registry on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_verify_registry', '
  immutable parallel safe security invoker (p_registry text, p_deployed_by text
  DEFAULT ' || quote_literal(:'registry') || '::text)
  returns void
');

rollback;
