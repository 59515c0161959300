-- Revert kodiai:learning/functions/approve_memories from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function approve_memories;

commit;
