-- Revert kodiai:learning/functions/get_memories from pg

begin;

set local search_path = :"schema", public;

drop function get_memories(bigint[]);

commit;
