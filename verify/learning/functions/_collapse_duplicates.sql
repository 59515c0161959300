-- Verify kodiai:learning/functions/_collapse_duplicates on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_collapse_duplicates', '
  stable parallel safe security invoker (p_memory_ids bigint[],
  p_embedding_model text, p_distance double precision, p_limit integer)
  returns bigint[]
');

rollback;
