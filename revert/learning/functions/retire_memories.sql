-- Revert kodiai:learning/functions/retire_memories from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function retire_memories;

commit;
