-- Revert kodiai:search/scope from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _survey_scope;
drop function _list_scope;
drop function _estimate_scope;
drop function _graph_cost;
drop function _measure_corpus;
drop function _is_searchable;

commit;
