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

select _verify_function('_memory_lexemes', '
  immutable parallel safe security invoker (p_state text, p_finding_text text,
  p_file_path text)
  returns tsvector
');

select _verify_function('_set_search_tsv', '
  volatile parallel unsafe security invoker ()
  returns trigger
  set client_min_messages=warning
');

select _verify_function('_maintain_memory_postings', '
  volatile parallel unsafe security invoker ()
  returns trigger
');

select _verify_function('_list_review_repos', '
  stable parallel safe security invoker (p_review_ids bigint[])
  returns text[]
  set plan_cache_mode=force_generic_plan
');

select _verify_function('_maintain_finding_postings', '
  volatile parallel unsafe security invoker ()
  returns trigger
');

select _verify_function('_maintain_review_postings', '
  volatile parallel unsafe security invoker ()
  returns trigger
');

select _verify_table('learning_memories', array[
  'trigger learning_memories_search_tsv BEFORE INSERT OR UPDATE OF finding_text, '
  'file_path, search_tsv, state FOR EACH ROW EXECUTE FUNCTION _set_search_tsv()',
  'trigger learning_memories_postings_insert AFTER INSERT REFERENCING NEW TABLE AS '
  'changed_rows FOR EACH STATEMENT EXECUTE FUNCTION _maintain_memory_postings()',
  'trigger learning_memories_postings_delete AFTER DELETE REFERENCING OLD TABLE AS '
  'changed_rows FOR EACH STATEMENT EXECUTE FUNCTION _maintain_memory_postings()',
  'trigger learning_memories_postings_update AFTER UPDATE OF repo, finding_text, '
  'file_path, search_tsv, state FOR EACH ROW WHEN ((((new.repo)::text IS DISTINCT '
  'FROM (old.repo)::text) OR (new.search_tsv IS DISTINCT FROM old.search_tsv))) '
  'EXECUTE FUNCTION _maintain_memory_postings()'
]);

select _verify_table('findings', array[
  'trigger findings_search_tsv BEFORE INSERT OR UPDATE OF title, search_tsv FOR '
  'EACH ROW EXECUTE FUNCTION _set_search_tsv()',
  'trigger findings_postings_insert AFTER INSERT REFERENCING NEW TABLE AS '
  'changed_rows FOR EACH STATEMENT EXECUTE FUNCTION _maintain_finding_postings()',
  'trigger findings_postings_delete AFTER DELETE REFERENCING OLD TABLE AS '
  'changed_rows FOR EACH STATEMENT EXECUTE FUNCTION _maintain_finding_postings()',
  'trigger findings_postings_update AFTER UPDATE OF review_id, title, search_tsv '
  'FOR EACH ROW WHEN (((new.review_id IS DISTINCT FROM old.review_id) OR '
  '(new.search_tsv IS DISTINCT FROM old.search_tsv))) EXECUTE FUNCTION '
  '_maintain_finding_postings()'
]);

select _verify_table('reviews', array[
  'trigger reviews_postings_update AFTER UPDATE OF repo FOR EACH ROW WHEN '
  '(((new.repo)::text IS DISTINCT FROM (old.repo)::text)) EXECUTE FUNCTION '
  '_maintain_review_postings()',
  'trigger reviews_postings_delete BEFORE DELETE FOR EACH ROW EXECUTE FUNCTION '
  '_maintain_review_postings()'
]);

rollback;
