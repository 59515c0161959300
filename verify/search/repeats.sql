-- Verify kodiai:search/repeats on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_shares_words', '
  immutable parallel safe security invoker (p_search_tsv tsvector, p_other tsvector)
  returns boolean
');

select _verify_function('_find_repeat', '
  stable parallel unsafe security invoker (p_repo text, p_finding_text text,
  p_embedding vector, p_embedding_model text, p_same_distance double precision, OUT
  memory_id bigint, OUT distance double precision)
  returns record
  set jit=off set enable_seqscan=off set enable_bitmapscan=off
');

select _verify_function('_join_or_insert', '
  volatile parallel unsafe security invoker (p_memory jsonb, p_embedding vector,
  p_same_distance double precision, OUT memory_id bigint, OUT inserted boolean, OUT
  distance double precision)
  returns record
');

rollback;
