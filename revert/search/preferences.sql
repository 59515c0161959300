-- Revert kodiai:search/preferences from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _prefer;
drop function _load_embeddings;
drop function _load_text_hashes;
drop function _diversify;
drop function _cut_at_gap;
drop function _collapse_duplicates;
drop function _boost_scores;
drop function _related_languages;

commit;
