-- Verify kodiai:learning/functions/record_recall on pg

begin;

set local search_path = :"schema", public;

select _verify_function('record_recall', '
  volatile parallel unsafe security definer (p_repo text, p_delivery_id text,
  p_memory_ids bigint[], p_pr_number bigint DEFAULT NULL::bigint)
  returns bigint
  set enable_seqscan=off
', '{app}');

rollback;
