-- Revert kodiai:grants/public from pg
--
-- Gives nothing back: base/schema has left nothing open since it was deployed.

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

commit;
