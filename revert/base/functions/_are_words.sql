-- Revert kodiai:base/functions/_are_words from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _are_words(text[], text);

commit;
