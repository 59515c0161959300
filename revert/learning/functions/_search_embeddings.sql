-- Revert kodiai:learning/functions/_search_embeddings from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _search_embeddings(
  text, text, vector, text, text, text, integer, integer, double precision
);

commit;
