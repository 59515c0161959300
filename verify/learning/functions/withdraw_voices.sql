-- Verify kodiai:learning/functions/withdraw_voices on pg

begin;

set local search_path = :"schema", public;

select _verify_function('withdraw_voices', '
  volatile parallel unsafe security definer (p_repo text, p_memory_ids bigint[]
  DEFAULT NULL::bigint[], p_finding_ids bigint[] DEFAULT NULL::bigint[], p_login text
  DEFAULT NULL::text, p_event text DEFAULT NULL::text, p_reason text DEFAULT
  NULL::text, p_by text DEFAULT NULL::text)
  returns bigint
', '{app}');

rollback;
