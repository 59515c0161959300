-- Revert kodiai:base/functions/_embedding_dim from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _embedding_dim();

commit;
