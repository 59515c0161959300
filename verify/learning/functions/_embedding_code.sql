-- Verify kodiai:learning/functions/_embedding_code on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_embedding_code', '
  immutable parallel safe security invoker (p_embedding vector)
  returns bit varying
');

rollback;
