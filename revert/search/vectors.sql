-- Revert kodiai:search/vectors from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _search_vectors;
drop function _notice_missing_embeddings;
drop function _count_graph_nodes;
drop function _graph_node_size;
drop function _rerank;
drop function _pick_nearest;
drop function _walk_graph;
drop function _scan_codes;

commit;
