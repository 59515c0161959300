-- Revert kodiai:knowledge/tables/feedback_reactions from pg

begin;

set local search_path = :"schema", public;

drop table feedback_reactions;

commit;
