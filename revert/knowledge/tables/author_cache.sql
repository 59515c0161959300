-- Revert kodiai:knowledge/tables/author_cache from pg

begin;

set local search_path = :"schema", public;

drop table author_cache;

commit;
