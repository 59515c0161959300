-- Revert kodiai:base/functions/_posting_term from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _posting_term(text, text, text);

commit;
