-- Revert kodiai:base/functions/_set_postings from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _set_postings();

commit;
