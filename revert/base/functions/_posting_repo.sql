-- Revert kodiai:base/functions/_posting_repo from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _posting_repo(text);

commit;
