-- Revert kodiai:search/neighbors from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _add_neighbor_scores;
drop function _average_neighbors;
drop function _load_codes;

commit;
