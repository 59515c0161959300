-- Revert kodiai:knowledge/triggers/findings_search_tsv from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop trigger findings_search_tsv on findings;
drop function _set_findings_search_tsv();

commit;
