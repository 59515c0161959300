-- Verify kodiai:learning/ledger on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_is_check', '
  immutable parallel safe security invoker (p_delivery_id text, p_finding_text text,
  p_share double precision)
  returns boolean
');

select _verify_function('_record_evidence', '
  volatile parallel unsafe security invoker (p_assessment_id bigint, p_owner text,
  p_memory_ids bigint[], p_memory_weights double precision[])
  returns void
  set enable_seqscan=off
');

select _verify_function('_add_trust', '
  volatile parallel unsafe security invoker (p_assessment_id bigint, p_outcome text,
  p_sign integer)
  returns void
  set enable_seqscan=off
');

select _verify_function('_wilson_bound', '
  immutable parallel safe security invoker (p_successes bigint, p_trials bigint,
  p_sign integer)
  returns double precision
');

rollback;
