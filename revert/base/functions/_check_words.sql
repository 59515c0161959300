-- Revert kodiai:base/functions/_check_words from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _check_words(text, text[], text);

commit;
