-- Revert kodiai:search/candidates from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _find_candidates;
drop function _gather_candidates;
drop function _relevance;

commit;
