-- Revert kodiai:grants/app from pg

begin;

\set app :schema _app
set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

revoke all on all functions in schema :"schema" from :"app";
revoke all on schema :"schema" from :"app";

commit;
