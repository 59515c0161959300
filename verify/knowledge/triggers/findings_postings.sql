-- Verify kodiai:knowledge/triggers/findings_postings on pg

begin;

set local search_path = :"schema", public;

select _verify_table('findings', array[
  'trigger findings_postings_insert AFTER INSERT '
  'REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT '
  'EXECUTE FUNCTION _set_postings(''findings'', '
  '''(select r.repo from reviews as r where r.id = d.review_id)'')',
  'trigger findings_postings_delete AFTER DELETE '
  'REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT '
  'EXECUTE FUNCTION _set_postings(''findings'', '
  '''(select r.repo from reviews as r where r.id = d.review_id)'')',
  'trigger findings_postings_update AFTER UPDATE OF review_id, title, search_tsv '
  'FOR EACH ROW WHEN (((new.review_id IS DISTINCT FROM old.review_id) OR '
  '(new.search_tsv IS DISTINCT FROM old.search_tsv))) '
  'EXECUTE FUNCTION _set_postings(''findings'', '
  '''(select r.repo from reviews as r where r.id = d.review_id)'')'
]);
select _verify_table('reviews', array[
  'trigger findings_postings_update AFTER UPDATE OF repo FOR EACH ROW WHEN '
  '(((new.repo)::text IS DISTINCT FROM (old.repo)::text)) '
  'EXECUTE FUNCTION _set_postings(''findings'', ''($1).repo'', '
  '''(select f.id, f.search_tsv from findings as f where f.review_id = ($1).id)'')',
  'trigger findings_postings_delete BEFORE DELETE FOR EACH ROW '
  'EXECUTE FUNCTION _set_postings(''findings'', ''($1).repo'', '
  '''(select f.id, f.search_tsv from findings as f where f.review_id = ($1).id)'')'
]);

rollback;
