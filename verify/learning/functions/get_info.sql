-- Verify kodiai:learning/functions/get_info on pg

begin;

set local search_path = :"schema", public;

select _verify_function('get_info', '
  stable parallel safe security definer ()
  returns TABLE(schema_version text, embedding_dim integer, text_config text,
  active_model text, memories bigint, models jsonb)
  set enable_seqscan=off set jit=off
', '{app, reader}');

rollback;
