-- Revert kodiai:learning/memories from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _write_memories;

commit;
