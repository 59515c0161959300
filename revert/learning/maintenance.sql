-- Revert kodiai:learning/maintenance from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _analyze_changed;
drop function _purge_former_embeddings;
drop function _purge_expired;
drop function _purge_expired_memories;
drop function _is_expired;
drop index review_checkpoints_updated_at_idx;

commit;
