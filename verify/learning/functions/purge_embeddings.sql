-- Verify kodiai:learning/functions/purge_embeddings on pg

begin;

set local search_path = :"schema", public;

select _verify_function('purge_embeddings', '
  volatile parallel unsafe security definer (p_limit bigint DEFAULT 1000)
  returns bigint
', '{app}');

rollback;
