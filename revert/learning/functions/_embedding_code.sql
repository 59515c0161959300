-- Revert kodiai:learning/functions/_embedding_code from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _embedding_code(vector);

commit;
