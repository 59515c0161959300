-- Verify kodiai:knowledge/triggers/findings_search_tsv on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_set_findings_search_tsv', '
  volatile parallel unsafe security invoker ()
  returns trigger
  set client_min_messages=warning
');
select _verify_table('findings', array[
  'trigger findings_search_tsv BEFORE INSERT OR UPDATE OF title, search_tsv FOR '
  'EACH ROW EXECUTE FUNCTION _set_findings_search_tsv()'
]);

rollback;
