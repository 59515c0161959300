-- Verify kodiai:learning/functions/delete_memories on pg

begin;

set local search_path = :"schema", public;

select _verify_function('delete_memories', '
  volatile parallel unsafe security definer (p_repo text, p_memory_ids bigint[])
  returns bigint
', '{app}');

rollback;
