-- Verify kodiai:search/postings on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_posting_slot_count', '
  immutable parallel safe security invoker ()
  returns integer
');

select _verify_function('_posting_slot', '
  immutable parallel safe security invoker (p_document_id bigint)
  returns integer
');

select _verify_function('_posting_term', '
  immutable parallel safe security invoker (p_table text, p_owner text, p_lexeme text)
  returns bigint
');

select _verify_function('_posting_slots', '
  immutable parallel safe security invoker (p_table text, p_owner text, p_lexeme text)
  returns bigint[]
');

select _verify_function('_posting_repo', '
  immutable parallel safe security invoker (p_repo text)
  returns bigint
');

select _verify_function('_list_postings', '
  immutable parallel safe security invoker (p_table text, p_document_id bigint, p_repo
  text, p_search_tsv tsvector)
  returns TABLE(repo_hash bigint, document_id bigint, frequency integer, term bigint,
  length integer)
');

select _verify_function('_insert_postings', '
  volatile parallel unsafe security invoker (p_table text, p_document_ids bigint[],
  p_repos text[], p_search_tsvs tsvector[])
  returns void
  set plan_cache_mode=force_generic_plan
');

select _verify_function('_delete_postings', '
  volatile parallel unsafe security invoker (p_table text, p_document_ids bigint[],
  p_repos text[], p_search_tsvs tsvector[])
  returns void
  set plan_cache_mode=force_generic_plan set enable_seqscan=off set
  enable_hashjoin=off set enable_mergejoin=off
');

rollback;
