-- Verify kodiai:learning/functions/_diversify on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_diversify', '
  stable parallel safe security invoker (p_memory_ids bigint[], p_scores double
  precision[], p_embedding_model text, p_diversity double precision, p_limit
  integer)
  returns bigint[]
');

rollback;
