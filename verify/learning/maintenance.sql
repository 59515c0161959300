-- Verify kodiai:learning/maintenance on pg

begin;

set local search_path = :"schema", public;

select _verify_table('review_checkpoints', array[
  'index review_checkpoints_updated_at_idx btree (updated_at)'
]);

select _verify_function('_is_expired', '
  immutable parallel safe security invoker (p_table text, p_before timestamp with time
  zone, p_created_at timestamp with time zone, p_stale boolean, p_retired_at timestamp
  with time zone)
  returns boolean
');

select _verify_function('_purge_expired_memories', '
  volatile parallel unsafe security invoker (p_table text, p_before timestamp with
  time zone, p_limit integer, OUT purged bigint, OUT finished boolean)
  returns record
  set enable_seqscan=off set enable_bitmapscan=off
');

select _verify_function('_purge_expired', '
  volatile parallel unsafe security invoker (p_table text, p_deadline timestamp with
  time zone, OUT rows bigint, OUT finished boolean)
  returns record
');

select _verify_function('_purge_former_embeddings', '
  volatile parallel unsafe security invoker (p_deadline timestamp with time zone, OUT
  rows bigint, OUT finished boolean)
  returns record
');

select _verify_function('_analyze_changed', '
  volatile parallel unsafe security invoker (p_deadline timestamp with time zone, OUT
  rows bigint, OUT finished boolean)
  returns record
');

rollback;
