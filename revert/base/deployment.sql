-- Revert kodiai:base/deployment from pg

begin;

\set owner :schema _owner
set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _schema_version;
drop function _registry;
drop function _text_config;

revoke select on :"registry".changes from :"owner";
revoke usage on schema :"registry" from :"owner";

commit;
