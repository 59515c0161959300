-- Revert kodiai:knowledge/findings from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _get_last_review;
drop function _get_findings;
drop function _insert_suppressions;
drop function _insert_findings;
drop function _check_findings;

commit;
