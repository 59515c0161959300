-- Verify kodiai:learning/voices on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_voice_side', '
  immutable parallel safe security invoker (p_voice text)
  returns integer
');

select _verify_function('_reaction_voice', '
  immutable parallel safe security invoker (p_reaction_content text)
  returns text
');

select _verify_function('_check_speaker', '
  stable parallel safe security invoker (p_login text, p_event text)
  returns void
');

select _verify_function('_find_association', '
  stable parallel safe security invoker (p_repo text, p_login text)
  returns text
  set enable_seqscan=off
');

select _verify_function('_judge_teacher', '
  volatile parallel unsafe security invoker (p_repo text, p_login text, p_association
  text, p_memory_id bigint)
  returns text
  set enable_seqscan=off
');

select _verify_function('_record_voice', '
  volatile parallel unsafe security invoker (p_memory_id bigint, p_login text, p_event
  text, p_association text, p_voice text, p_rationale text, p_url text, p_finding_id
  bigint, p_said_at timestamp with time zone, p_is_pending boolean)
  returns void
');

select _verify_function('_derive_states', '
  stable parallel safe security invoker (p_memory_ids bigint[], p_is_restored boolean
  DEFAULT false)
  returns TABLE(id bigint, state text, outcome text)
  set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
');

select _verify_function('_settle_memories', '
  volatile parallel unsafe security invoker (p_memory_ids bigint[], p_action text,
  p_changed_by text, p_reason text DEFAULT NULL::text)
  returns bigint
');

select _verify_function('_withdraw_voices', '
  volatile parallel unsafe security invoker (p_memory_ids bigint[], p_login text,
  p_event text, p_changed_by text, p_reason text)
  returns bigint
  set plan_cache_mode=force_custom_plan set enable_seqscan=off
');

select _verify_function('_lock_spoken_memories', '
  volatile parallel unsafe security invoker (p_repo text, p_login text, p_event text)
  returns bigint[]
  set plan_cache_mode=force_custom_plan set enable_seqscan=off
');

select _verify_function('_restore_memories', '
  volatile parallel unsafe security invoker (p_memory_ids bigint[], p_by text,
  p_reason text)
  returns bigint
  set enable_seqscan=off
');

select _verify_function('_waiting_since', '
  immutable parallel safe security invoker (p_created_at timestamp with time zone,
  p_said_at timestamp with time zone)
  returns timestamp with time zone
');

select _verify_function('_lock_pending_memories', '
  volatile parallel unsafe security invoker (p_repo text, p_due_before timestamp with
  time zone)
  returns bigint[]
  set enable_seqscan=off
');

select _verify_function('_judge_voices', '
  volatile parallel unsafe security invoker (p_memory_ids bigint[], p_approve boolean,
  p_due_before timestamp with time zone, p_by text, p_reason text)
  returns bigint
  set enable_seqscan=off
');

select _verify_function('_list_comment_findings', '
  stable parallel safe security invoker (p_repo text, p_finding_id bigint,
  p_comment_id bigint, p_comment_surface text)
  returns bigint[]
  set enable_seqscan=off
');

select _verify_function('_list_reactions', '
  stable parallel safe security invoker (p_memory_id bigint)
  returns TABLE(finding_id bigint, login text, voice text, reacted_at timestamp with
  time zone, recorded_at timestamp with time zone)
  set enable_seqscan=off set enable_hashjoin=off set enable_mergejoin=off
');

select _verify_function('_judge_reactors', '
  volatile parallel unsafe security invoker (p_repo text, p_memory_ids bigint[],
  p_reactions jsonb)
  returns jsonb
');

select _verify_function('_sync_voices', '
  volatile parallel unsafe security invoker (p_memory_id bigint, p_finding_ids
  bigint[], p_trusts jsonb)
  returns void
  set enable_seqscan=off
');

rollback;
