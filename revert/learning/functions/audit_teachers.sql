-- Revert kodiai:learning/functions/audit_teachers from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function audit_teachers;

commit;
