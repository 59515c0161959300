-- Revert kodiai:knowledge/triggers/findings_postings from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop trigger findings_postings_delete on reviews;
drop trigger findings_postings_update on reviews;
drop trigger findings_postings_update on findings;
drop trigger findings_postings_delete on findings;
drop trigger findings_postings_insert on findings;

commit;
