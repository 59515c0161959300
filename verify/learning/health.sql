-- Verify kodiai:learning/health on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_is_counted', '
  immutable parallel safe security invoker (p_scope search_scope, p_owner text, p_repo
  text)
  returns boolean
');

select _verify_function('_first_waiting', '
  stable parallel safe security invoker (p_scope search_scope, p_limit integer)
  returns bigint[]
  set plan_cache_mode=force_generic_plan set enable_seqscan=off set
  enable_bitmapscan=off set enable_sort=off
');

select _verify_function('_sample_memories', '
  stable parallel safe security invoker (p_scope search_scope, OUT memories bigint,
  OUT waiting_ids bigint[], OUT other_ids bigint[], OUT weight double precision)
  returns record
  set plan_cache_mode=force_custom_plan set enable_seqscan=off set
  enable_bitmapscan=off set enable_hashjoin=off set enable_mergejoin=off set jit=off
  set max_parallel_workers_per_gather=0
');

select _verify_function('_count_states', '
  stable parallel safe security invoker (p_scope search_scope, OUT memories bigint,
  OUT stale bigint, OUT waiting bigint, OUT retired bigint, OUT is_exact boolean, OUT
  models jsonb, OUT oldest_waiting_at timestamp with time zone)
  returns record
  set plan_cache_mode=force_custom_plan set enable_seqscan=off set
  enable_bitmapscan=off set jit=off set max_parallel_workers_per_gather=0
');

select _verify_function('_count_pending', '
  stable parallel safe security invoker (p_scope search_scope, OUT pending bigint, OUT
  oldest_pending_at timestamp with time zone)
  returns record
  set plan_cache_mode=force_custom_plan set enable_seqscan=off set
  enable_bitmapscan=off
');

select _verify_function('_count_failed', '
  stable parallel safe security invoker ()
  returns bigint
');

select _verify_function('_list_invalid_indexes', '
  stable parallel safe security invoker ()
  returns text[]
');

select _verify_function('_measure_tables', '
  stable parallel restricted security invoker ()
  returns jsonb
');

select _verify_function('_expected_index_size', '
  immutable parallel safe security invoker (p_method text, p_rows double precision,
  p_width double precision)
  returns bigint
');

select _verify_function('_measure_indexes', '
  stable parallel safe security invoker ()
  returns jsonb
');

rollback;
