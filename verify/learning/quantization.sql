-- Verify kodiai:learning/quantization on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_quantization_levels', '
  immutable parallel safe security invoker ()
  returns vector
');

select _verify_function('_quantize', '
  immutable parallel safe security invoker (p_embedding vector)
  returns bit varying
');

rollback;
