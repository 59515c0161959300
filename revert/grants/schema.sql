-- Revert kodiai:grants/schema from pg
--
-- Grants nothing back to public: base/schema never gave it any privileges.

begin;

\set app :schema _app
\set reader :schema _reader
set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

revoke usage on schema :"schema" from :"app", :"reader";

commit;
