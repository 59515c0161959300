-- Verify kodiai:learning/forgetting on pg

begin;

set local search_path = :"schema", public;

select _verify_table('learning_memories', array[
  'index learning_memories_source_repo_idx btree (split_part((source_repo)::text, ''/''::text, 1), '
  'source_repo) WHERE ((source_repo)::text <> (repo)::text)'
]);

select _verify_table('repo_renames', array[
  'index repo_renames_old_owner_idx btree (split_part((old_repo)::text, ''/''::text, 1))',
  'index repo_renames_new_owner_idx btree (split_part((new_repo)::text, ''/''::text, 1))'
]);

select _verify_table('author_cache', array[
  'index author_cache_author_login_idx btree (author_login)'
]);

select _verify_table('feedback_reactions', array[
  'index feedback_reactions_reactor_login_idx btree (reactor_login)'
]);

select _verify_table('memory_history', array[
  'index memory_history_changed_by_idx btree (changed_by) WHERE (changed_by IS NOT NULL)'
]);

select _verify_table('telemetry_events', array[
  'index telemetry_events_pr_author_idx btree (pr_author) WHERE (pr_author IS NOT NULL)'
]);

select _verify_table('resilience_events', array[
  'index resilience_events_pr_author_idx btree (pr_author) WHERE (pr_author IS NOT NULL)'
]);

select _verify_table('forgotten_rows', array[
  'column table_name text',
  'column deleted bigint',
  'column anonymized bigint'
]);

select _verify_function('_lock_statistics', '
  volatile parallel unsafe security invoker ()
  returns void
  set lock_timeout=10s
');

select _verify_function('_refresh_statistics', '
  volatile parallel unsafe security invoker ()
  returns void
');

select _verify_function('_forget_rows', '
  volatile parallel unsafe security invoker (p_table text, p_column text, p_names
  text[])
  returns bigint
  set enable_seqscan=off
');

select _verify_function('_forget_children', '
  volatile parallel unsafe security invoker (p_table text, p_column text, p_parent_ids
  bigint[])
  returns forgotten_rows
  set enable_seqscan=off
');

select _verify_function('_lock_taught_memories', '
  volatile parallel unsafe security invoker (p_repos text[])
  returns bigint[]
  set enable_seqscan=off
');

select _verify_function('_forget_memories', '
  volatile parallel unsafe security invoker (p_repos text[])
  returns SETOF forgotten_rows
  set enable_seqscan=off
');

select _verify_function('_forget_reviews', '
  volatile parallel unsafe security invoker (p_repos text[])
  returns SETOF forgotten_rows
  set enable_seqscan=off
');

select _verify_function('_forget_repos', '
  volatile parallel unsafe security invoker (p_repos text[])
  returns SETOF forgotten_rows
');

select _verify_function('_list_owner_repos', '
  stable parallel safe security invoker (p_owner text)
  returns text[]
  set enable_seqscan=off
');

select _verify_function('_forget_voices', '
  volatile parallel unsafe security invoker (p_login text)
  returns SETOF forgotten_rows
  set enable_seqscan=off
');

select _verify_function('_forget_changes', '
  volatile parallel unsafe security invoker (p_memory_ids bigint[], p_login text)
  returns SETOF forgotten_rows
  set enable_seqscan=off
');

select _verify_function('_replace_reason', '
  immutable parallel safe security invoker (p_columns jsonb, p_reasons text[],
  p_reason text)
  returns jsonb
');

select _verify_function('_forget_authors', '
  volatile parallel unsafe security invoker (p_login text)
  returns SETOF forgotten_rows
  set enable_seqscan=off
');

rollback;
