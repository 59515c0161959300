-- Revert kodiai:learning/functions/rename_owner from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function rename_owner;

commit;
