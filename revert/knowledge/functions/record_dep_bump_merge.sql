-- Revert kodiai:knowledge/functions/record_dep_bump_merge from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function record_dep_bump_merge;

commit;
