-- Verify kodiai:learning/functions/has_memory on pg

begin;

set local search_path = :"schema", public;

select _verify_function('has_memory', '
  stable parallel safe security definer (p_repo text, p_finding_id bigint, p_outcome
  text DEFAULT NULL::text)
  returns boolean
', '{app, reader}');

rollback;
