-- Revert kodiai:learning/functions/purge_embeddings from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function purge_embeddings;

commit;
