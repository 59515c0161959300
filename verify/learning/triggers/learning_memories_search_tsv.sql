-- Verify kodiai:learning/triggers/learning_memories_search_tsv on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_set_learning_memories_search_tsv', '
  volatile parallel unsafe security invoker ()
  returns trigger
  set client_min_messages=warning
');
select _verify_table('learning_memories', array[
  'trigger learning_memories_search_tsv BEFORE INSERT OR UPDATE OF finding_text, '
  'search_tsv FOR EACH ROW EXECUTE FUNCTION _set_learning_memories_search_tsv()'
]);

rollback;
