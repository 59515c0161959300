-- Revert kodiai:learning/functions/_search_embeddings from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _search_embeddings(
  vector, text, text, text, double precision, double precision, integer, integer,
  double precision, bigint[], double precision[]
);

commit;
