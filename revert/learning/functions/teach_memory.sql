-- Revert kodiai:learning/functions/teach_memory from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function teach_memory;

commit;
