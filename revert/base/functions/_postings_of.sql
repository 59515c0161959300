-- Revert kodiai:base/functions/_postings_of from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _postings_of(text, text, text);

commit;
