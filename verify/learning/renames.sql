-- Verify kodiai:learning/renames on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_list_repos', '
  stable parallel safe security invoker (p_owner text)
  returns text[]
  set enable_seqscan=off set enable_bitmapscan=off
');

select _verify_function('_lock_repos', '
  volatile parallel unsafe security invoker (p_repos text[])
  returns void
');

select _verify_function('_merge_usage', '
  volatile parallel unsafe security invoker (p_kept bigint[], p_dropped bigint[])
  returns void
  set enable_seqscan=off
');

select _verify_function('_merge_memories', '
  volatile parallel unsafe security invoker (p_repos text[], p_new_repos text[])
  returns bigint
  set plan_cache_mode=force_custom_plan set enable_seqscan=off
');

select _verify_function('_rename_rows', '
  volatile parallel unsafe security invoker (p_table text, p_repos text[], p_new_repos
  text[], p_same_key text, p_drop_new text, p_set text)
  returns TABLE(renamed bigint, dropped bigint)
  set enable_seqscan=off
');

select _verify_function('_supersede_older_runs', '
  volatile parallel unsafe security invoker (p_repos text[])
  returns void
');

select _verify_function('_record_rename', '
  volatile parallel unsafe security invoker (p_repo text, p_new_repo text)
  returns void
');

select _verify_function('_rename_repos', '
  volatile parallel unsafe security invoker (p_repos text[], p_new_repos text[])
  returns TABLE(table_name text, renamed bigint, dropped bigint)
');

rollback;
