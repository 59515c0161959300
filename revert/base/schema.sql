-- Revert kodiai:base/schema from pg

begin;

\set owner :schema _owner

alter default privileges for role :"owner" grant execute on functions to public;
drop schema :"schema";

commit;
