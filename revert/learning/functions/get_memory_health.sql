-- Revert kodiai:learning/functions/get_memory_health from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function get_memory_health;

commit;
