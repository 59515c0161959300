-- Deploy kodiai:grants/schema to pg
--
-- Usage of the schema. The deploy script of each function grants execute on the function.

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

-- Undo any default privileges of the server for objects that this role creates.
revoke all on schema :"schema" from public;
revoke all on all tables in schema :"schema" from public;
revoke all on all sequences in schema :"schema" from public;
revoke all on all functions in schema :"schema" from public;

grant usage on schema :"schema" to :"app", :"reader";

commit;
