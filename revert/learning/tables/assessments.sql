-- Revert kodiai:learning/tables/assessments from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop table assessments;

commit;
