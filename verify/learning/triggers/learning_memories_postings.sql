-- Verify kodiai:learning/triggers/learning_memories_postings on pg

begin;

set local search_path = :"schema", public;

select _verify_table('learning_memories', array[
  'trigger learning_memories_postings_insert AFTER INSERT '
  'REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT '
  'EXECUTE FUNCTION _set_postings(''learning_memories'', ''d.repo'')',
  'trigger learning_memories_postings_delete AFTER DELETE '
  'REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT '
  'EXECUTE FUNCTION _set_postings(''learning_memories'', ''d.repo'')',
  'trigger learning_memories_postings_update AFTER UPDATE OF repo, finding_text, '
  'search_tsv FOR EACH ROW WHEN ((((new.repo)::text IS DISTINCT FROM '
  '(old.repo)::text) OR (new.search_tsv IS DISTINCT FROM old.search_tsv))) '
  'EXECUTE FUNCTION _set_postings(''learning_memories'', ''d.repo'')'
]);

rollback;
