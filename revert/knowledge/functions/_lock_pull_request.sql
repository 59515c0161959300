-- Revert kodiai:knowledge/functions/_lock_pull_request from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _lock_pull_request(text, bigint);

commit;
