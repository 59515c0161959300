-- Verify kodiai:learning/functions/get_learning_policy on pg

begin;

set local search_path = :"schema", public;

select _verify_function('get_learning_policy', '
  stable parallel safe security definer (p_repo text, p_owner text DEFAULT NULL::text)
  returns TABLE(owner text, repo text, trusted_associations text[], untrusted text,
  approval_delay interval, max_per_person_day bigint, created_at timestamp with time
  zone)
  set enable_seqscan=off
', '{app, reader}');

rollback;
