-- Revert kodiai:learning/scope from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _shown_embedding;
drop function _shown_model;
drop function _is_comparable;
drop function _slot_embedding;
drop function _slot_code;
drop function _with_model;
drop function _has_metadata;
drop function _in_scope;
drop function _make_scope;
drop type search_scope;

commit;
