-- Revert kodiai:learning/functions/set_retention from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function set_retention;

commit;
