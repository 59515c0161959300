-- Revert kodiai:learning/functions/save_embeddings from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function save_embeddings;

commit;
