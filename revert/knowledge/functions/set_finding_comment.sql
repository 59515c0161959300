-- Revert kodiai:knowledge/functions/set_finding_comment from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function set_finding_comment;

commit;
