-- Revert kodiai:base/verify from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _verify_database;
drop function _verify_none;
drop function _verify_table;
drop function _verify_function;
drop function _verify_registry;

commit;
