-- Revert kodiai:learning/functions/activate_embedding_model from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function activate_embedding_model;

commit;
