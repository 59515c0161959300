-- Verify kodiai:knowledge/functions/delete_checkpoint on pg

begin;

set local search_path = :"schema", public;

select _verify_function('delete_checkpoint', '
  volatile parallel unsafe security definer (p_review_output_key text)
  returns boolean
', '{app}');

rollback;
