-- Revert kodiai:learning/reembedding from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _count_embedded;
drop function _summarize_leases;
drop function _has_embeddings;
drop function _store_embeddings;
drop function _lease_memories;
drop function _lock_embedded;
drop function _lock_without_second;
drop function _lock_without_first;
drop function _is_leased;
drop function _check_new_embeddings;
drop function _check_worker_arguments;
drop function _require_wanted_model;
drop function _reject_models;
drop index learning_memories_second_idx;
drop index learning_memories_model_idx;
drop function _model_of_first;

commit;
