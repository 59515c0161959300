-- Revert kodiai:knowledge/functions/_lock_review from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _lock_review(bigint);

commit;
