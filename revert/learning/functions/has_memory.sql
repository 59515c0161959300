-- Revert kodiai:learning/functions/has_memory from pg

begin;

set local search_path = :"schema", public;

drop function has_memory(text, bigint, text);

commit;
