-- Revert kodiai:learning/memories from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _write_memories;
drop function _add_outcomes;
drop function _add_embeddings;
drop function _insert_memories;
drop function _get_or_set_model;
drop function _collect_embeddings;
drop function _check_memories;

commit;
