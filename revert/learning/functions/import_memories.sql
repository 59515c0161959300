-- Revert kodiai:learning/functions/import_memories from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function import_memories;

commit;
