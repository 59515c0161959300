-- Revert kodiai:learning/functions/_write_memories from pg

begin;

set local search_path = :"schema", public;

drop function _write_memories(jsonb, vector[], boolean);

commit;
