-- Verify kodiai:learning/functions/set_learning_policy on pg

begin;

set local search_path = :"schema", public;

select _verify_function('set_learning_policy', '
  volatile parallel unsafe security definer (p_owner text, p_trusted_associations
  text[], p_repo text DEFAULT NULL::text, p_untrusted text DEFAULT ''pending''::text,
  p_approval_delay interval DEFAULT NULL::interval, p_max_per_person_day bigint
  DEFAULT NULL::bigint)
  returns boolean
', '{app}');

rollback;
