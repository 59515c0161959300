-- Revert kodiai:search/text from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _search_text;
drop function _rank_searchable;
drop function _promote_phrases;

commit;
