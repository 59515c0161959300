-- Revert kodiai:knowledge/locks from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _lock_review;
drop function _lock_pull_request;
drop function _lock_key;

commit;
