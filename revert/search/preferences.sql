-- Revert kodiai:search/preferences from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _pick;
drop function _collapse_duplicates;
drop function _load_embeddings;
drop function _diversify;
drop function _diversified_rows;
drop function _cut_at_gap;
drop function _collapse_near_duplicates;
drop function _collapse_equal_texts;
drop function _prefer;
drop function _cut_irrelevant;
drop function _separate_tiers;
drop function _boost_scores;
drop function _recency_weight;
drop function _related_languages;

commit;
