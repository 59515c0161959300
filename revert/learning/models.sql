-- Revert kodiai:learning/models from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _make_active;
drop function _lock_models;
drop function _lock_second_model;
drop function _embedding_slot;
drop function _active_model;

commit;
