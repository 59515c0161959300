-- Revert kodiai:knowledge/functions/save_checkpoint from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function save_checkpoint;

commit;
