-- Revert kodiai:knowledge/functions/list_global_patterns from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function list_global_patterns;

commit;
