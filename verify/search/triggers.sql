-- Verify kodiai:search/triggers on pg

begin;

set local search_path = :"schema", public;

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
  'search_tsv FOR EACH ROW EXECUTE FUNCTION _set_search_tsv()',
  'trigger learning_memories_postings_insert AFTER INSERT REFERENCING NEW TABLE AS '
  'new_rows FOR EACH STATEMENT EXECUTE FUNCTION _maintain_memory_postings()',
  'trigger learning_memories_postings_delete AFTER DELETE REFERENCING OLD TABLE AS '
  'old_rows FOR EACH STATEMENT EXECUTE FUNCTION _maintain_memory_postings()',
  'trigger learning_memories_postings_update AFTER UPDATE OF repo, finding_text, '
  'search_tsv FOR EACH ROW WHEN ((((new.repo)::text IS DISTINCT FROM '
  '(old.repo)::text) OR (new.search_tsv IS DISTINCT FROM old.search_tsv))) EXECUTE '
  'FUNCTION _maintain_memory_postings()'
]);

select _verify_table('findings', array[
  'trigger findings_search_tsv BEFORE INSERT OR UPDATE OF title, search_tsv FOR '
  'EACH ROW EXECUTE FUNCTION _set_search_tsv()',
  'trigger findings_postings_insert AFTER INSERT REFERENCING NEW TABLE AS new_rows '
  'FOR EACH STATEMENT EXECUTE FUNCTION _maintain_finding_postings()',
  'trigger findings_postings_delete AFTER DELETE REFERENCING OLD TABLE AS old_rows '
  'FOR EACH STATEMENT EXECUTE FUNCTION _maintain_finding_postings()',
  'trigger findings_postings_update AFTER UPDATE OF review_id, title, search_tsv '
  'FOR EACH ROW WHEN (((new.review_id IS DISTINCT FROM old.review_id) OR '
  '(new.search_tsv IS DISTINCT FROM old.search_tsv))) EXECUTE FUNCTION '
  '_maintain_finding_postings()'
]);

select _verify_table('reviews', array[
  'trigger findings_postings_update AFTER UPDATE OF repo FOR EACH ROW WHEN '
  '(((new.repo)::text IS DISTINCT FROM (old.repo)::text)) EXECUTE FUNCTION '
  '_maintain_review_postings()',
  'trigger findings_postings_delete BEFORE DELETE FOR EACH ROW EXECUTE FUNCTION '
  '_maintain_review_postings()'
]);

rollback;
