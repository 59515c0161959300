-- Deploy kodiai:grants/schema to pg
--
-- Who may use the schema at all. The right to execute a function stands beside it.

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

-- Whatever default privileges the server has for what this role creates.
revoke all on schema :"schema" from public;
revoke all on all tables in schema :"schema" from public;
revoke all on all sequences in schema :"schema" from public;
revoke all on all functions in schema :"schema" from public;

grant usage on schema :"schema" to :"app", :"reader";

commit;
