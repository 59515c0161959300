-- Verify kodiai:knowledge/reactions on pg

begin;

set local search_path = :"schema", public;

select _verify_function('_check_reactions', '
  stable parallel safe security invoker (p_reactions jsonb)
  returns void
');

select _verify_function('_insert_reactions', '
  volatile parallel unsafe security invoker (p_reactions jsonb)
  returns TABLE(ordinal integer, feedback_id bigint, inserted boolean)
');

rollback;
