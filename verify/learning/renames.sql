-- Verify kodiai:learning/renames on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_lock_renamed_repos', '
  volatile parallel unsafe security invoker (p_repo text, p_new_repo text)
  returns void
');

select _verify_function('_rename_rows', '
  volatile parallel unsafe security invoker (p_table text, p_repo text, p_new_repo
  text, p_same_key text, p_drop_new text, p_set text)
  returns TABLE(renamed bigint, dropped bigint)
');

select _verify_function('_supersede_older_runs', '
  volatile parallel unsafe security invoker (p_repo text)
  returns void
');

select _verify_function('_record_rename', '
  volatile parallel unsafe security invoker (p_repo text, p_new_repo text)
  returns void
');

rollback;
