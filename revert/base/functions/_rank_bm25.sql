-- Revert kodiai:base/functions/_rank_bm25 from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _rank_bm25(text, text, text, text[], integer[], integer, bigint[], bigint[]);

commit;
