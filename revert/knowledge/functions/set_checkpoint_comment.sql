-- Revert kodiai:knowledge/functions/set_checkpoint_comment from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function set_checkpoint_comment;

commit;
