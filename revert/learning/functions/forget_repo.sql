-- Revert kodiai:learning/functions/forget_repo from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function forget_repo;

commit;
