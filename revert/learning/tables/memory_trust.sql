-- Revert kodiai:learning/tables/memory_trust from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop table memory_trust;

commit;
