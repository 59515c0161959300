-- Revert kodiai:learning/transfer from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _import_memories;
drop function _choose_actions;
drop function _write_imported;
drop function _lock_superseding;
drop function _differ;
drop function _replace_memories;
drop function _check_cycles;
drop function _link_successors;
drop function _record_origins;
drop function _insert_history;
drop function _insert_parts;
drop function _localize_change;
drop function _insert_new_memories;
drop function _assign_ids;
drop function _draw_ids;
drop function _find_imported;
drop function _find_origin;
drop function _shares_text;
drop function _check_imported;
drop function _imported_rules;
drop function _check_imported_voices;
drop function _check_parts;
drop function _comparable_memory;
drop function _describe_memories;

commit;
