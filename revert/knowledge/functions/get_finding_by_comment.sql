-- Revert kodiai:knowledge/functions/get_finding_by_comment from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function get_finding_by_comment;

commit;
