-- Revert kodiai:knowledge/reactions from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _insert_reactions;
drop function _check_reactions;

commit;
