-- Verify kodiai:learning/functions/claim_memories_to_embed on pg

begin;

set local search_path = :"schema", public;

select _verify_function('claim_memories_to_embed', '
  volatile parallel unsafe security definer (p_embedding_model text, p_limit bigint
  DEFAULT 100, p_lease_time interval DEFAULT ''00:10:00''::interval)
  returns TABLE(memory_id bigint, repo text, finding_text text, attempt bigint, lease
  uuid, expires_at timestamp with time zone)
  set enable_seqscan=off set enable_bitmapscan=off set enable_hashjoin=off set
  enable_mergejoin=off
', '{app}');

rollback;
