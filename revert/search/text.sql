-- Revert kodiai:search/text from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _search_text;
drop function _rank_searchable;
drop function _list_same_words;
drop function _promote_documents;
drop function _pick_phrase_matches;
drop function _list_phrase_matches;
drop function _pick_searchable;
drop function _list_documents;

commit;
