-- Deploy kodiai:grants/public to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

-- Nothing is open to everybody, whatever the server's defaults were.
revoke all on schema :"schema" from public;
revoke all on all tables in schema :"schema" from public;
revoke all on all sequences in schema :"schema" from public;
revoke all on all functions in schema :"schema" from public;

commit;
