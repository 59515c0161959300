-- Revert kodiai:grants/schema from pg
--
-- Restores no privileges of public: base/schema never granted it any.

begin;

\set app :schema _app
\set reader :schema _reader
set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

revoke usage on schema :"schema" from :"app", :"reader";

commit;
