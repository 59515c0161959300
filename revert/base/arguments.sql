-- Revert kodiai:base/arguments from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _check_scope;
drop function _check_objects;
drop function _check_arguments;
drop function _check_columns;
drop function _check_array;
drop function _check_size;
drop function _check_optional;
drop function _check_argument;
drop function _fold_value;
drop function _describe_domain;
drop function _reject_unknown;
drop function _reject_argument;

commit;
