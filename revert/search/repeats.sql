-- Revert kodiai:search/repeats from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _join_or_insert;
drop function _find_repeat;
drop function _shares_words;

commit;
