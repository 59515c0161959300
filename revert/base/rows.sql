-- Revert kodiai:base/rows from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _purge_older;
drop function _insert_or_get;
drop function _check_created_at;
drop function _find_row;
drop function _current_repo;

commit;
