-- Revert kodiai:knowledge/tables/author_cache from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop table author_cache;

commit;
