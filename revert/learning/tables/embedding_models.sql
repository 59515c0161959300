-- Revert kodiai:learning/tables/embedding_models from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop table embedding_models;

commit;
