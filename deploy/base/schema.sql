-- Deploy kodiai:base/schema to pg

begin;

\set owner :schema _owner

-- On Citus, `--set schema_sharding=on` places the whole schema on one node;
-- elsewhere the setting is an unknown name that nothing reads.
set local "citus.enable_schema_based_sharding" = :schema_sharding;

create schema :"schema" authorization :"owner";

comment on schema :"schema" is
'kodiai: the long-term memory of a code-review agent. Tables are private; '
'clients call functions.';

-- Postgres lets everybody execute a new function. Only the form without
-- `in schema` takes that away: the one with it can merely add rights.
alter default privileges for role :"owner" revoke execute on functions from public;

commit;
