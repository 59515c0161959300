-- Verify kodiai:base/functions/_embedding_dim on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_embedding_dim', '
  immutable parallel safe security invoker ()
  returns integer
');

rollback;
