-- Revert kodiai:learning/functions/verify_forgotten from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function verify_forgotten;

commit;
