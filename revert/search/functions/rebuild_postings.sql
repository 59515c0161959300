-- Revert kodiai:search/functions/rebuild_postings from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function rebuild_postings;

commit;
