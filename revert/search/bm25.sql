-- Revert kodiai:search/bm25 from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _rank_bm25;
drop function _score_lookups;
drop function _add_documents;
drop function _score_postings;
drop function _weigh_terms;
drop function _plan_terms;
drop function _term_share;
drop function _path_share;
drop function _has_all_terms;
drop function _promote_score;
drop function _bm25_setting;

commit;
