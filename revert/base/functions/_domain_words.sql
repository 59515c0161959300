-- Revert kodiai:base/functions/_domain_words from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _domain_words(text);

commit;
