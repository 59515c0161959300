-- Deploy kodiai:base/schema to pg

begin;

\set owner :schema _owner

-- On Citus, `--set schema_sharding=on` places the whole schema on one node; elsewhere the setting
-- is a placeholder without effect.
set local "citus.enable_schema_based_sharding" = :schema_sharding;

create schema :"schema" authorization :"owner";

comment on schema :"schema" is
'kodiai: the long-term memory of a code-review agent. Tables are private; '
'clients call functions.';

-- By default, public may execute new functions. Only the form without IN SCHEMA can revoke that;
-- the form with it can only add privileges.
alter default privileges for role :"owner" revoke execute on functions from public;

commit;
