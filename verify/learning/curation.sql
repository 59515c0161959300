-- Verify kodiai:learning/curation on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_find_memory', '
  stable parallel safe security invoker (p_repo text, p_finding_id bigint)
  returns bigint
  set enable_seqscan=off set enable_bitmapscan=off set enable_sort=off
');

select _verify_function('_find_text', '
  stable parallel safe security invoker (p_repo text, p_finding_text text)
  returns bigint
  set enable_seqscan=off
');

select _verify_function('_lock_memories', '
  volatile parallel unsafe security invoker (p_memory_ids bigint[])
  returns bigint[]
  set enable_seqscan=off
');

select _verify_function('_lock_teaching', '
  volatile parallel unsafe security invoker (p_repo text)
  returns void
');

select _verify_function('_select_memories', '
  volatile parallel unsafe security invoker (p_repo text, p_memory_ids bigint[],
  p_finding_ids bigint[] DEFAULT NULL::bigint[], p_extra_ids bigint[] DEFAULT
  NULL::bigint[])
  returns bigint[]
  set enable_seqscan=off
');

select _verify_function('_check_successor', '
  stable parallel safe security invoker (p_repo text, p_memory_ids bigint[],
  p_superseded_by bigint)
  returns void
');

select _verify_function('_changed_only', '
  immutable parallel safe security invoker (p_object jsonb, p_other jsonb)
  returns jsonb
');

select _verify_function('_change_states', '
  volatile parallel unsafe security invoker (p_memory_ids bigint[], p_states text[],
  p_outcomes text[], p_action text, p_changed_by text, p_reason text, p_superseded_by
  bigint DEFAULT NULL::bigint)
  returns bigint
  set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
');

select _verify_function('_delete_purged_memories', '
  volatile parallel unsafe security invoker (p_memory_ids bigint[])
  returns bigint
');

select _verify_function('_purge_memories', '
  volatile parallel unsafe security invoker (p_repo text, p_owner text,
  p_retired_before timestamp with time zone, p_limit bigint)
  returns bigint
  set plan_cache_mode=force_custom_plan
');

select _verify_function('_correct_memory', '
  volatile parallel unsafe security invoker (p_memory_id bigint, p_memory jsonb,
  p_embedding vector, p_by text, p_reason text)
  returns boolean
');

rollback;
