-- Revert kodiai:base/paths from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _stored_path;
drop function _normalize_path;

commit;
