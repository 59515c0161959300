-- Revert kodiai:learning/functions/mark_stale_memories from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function mark_stale_memories;

commit;
