-- Revert kodiai:base/functions/_domain_words from pg

begin;

set local search_path = :"schema", public;

drop function _domain_words(text);

commit;
