-- Revert kodiai:search/analysis from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _document_lexemes;
drop function _path_lexemes;
drop function _to_tsvector;
drop function _extract_identifiers;
drop function _stem_words;
drop function _cut_words;
drop function _split_identifiers;
drop function _boundary_pattern;
drop function _normalize_text;
drop function _drop_contractions;
drop function _list_letters;
drop function _split_scripts;
drop function _normalize_unicode;

commit;
