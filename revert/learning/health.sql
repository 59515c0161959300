-- Revert kodiai:learning/health from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _measure_indexes;
drop function _expected_index_size;
drop function _measure_tables;
drop function _list_invalid_indexes;
drop function _count_failed;
drop function _count_pending;
drop function _count_states;
drop function _sample_memories;
drop function _first_waiting;
drop function _is_counted;

commit;
