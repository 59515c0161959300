-- Revert kodiai:learning/functions/export_memories from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function export_memories;

commit;
