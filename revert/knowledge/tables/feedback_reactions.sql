-- Revert kodiai:knowledge/tables/feedback_reactions from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop table feedback_reactions;

commit;
