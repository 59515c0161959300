-- Revert kodiai:search/checks from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _check_recall;
drop function _list_compared;
drop function _check_plans;
drop function _count_scans;
drop function _check_states;
drop function _check_postings;
drop function _count_missing_words;
drop function _check_indexes;
drop function _search_indexes;

commit;
