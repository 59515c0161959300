-- Revert kodiai:learning/functions/write_memories from pg

begin;

set local search_path = :"schema", public;

drop function write_memories(jsonb, vector[]);

commit;
