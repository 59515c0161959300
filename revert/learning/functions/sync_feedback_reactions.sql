-- Revert kodiai:learning/functions/sync_feedback_reactions from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function sync_feedback_reactions;

commit;
