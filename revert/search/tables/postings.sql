-- Revert kodiai:search/tables/postings from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop table postings;

commit;
