-- Revert kodiai:learning/tables/retention_settings from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop table retention_settings;

commit;
