-- Revert kodiai:learning/functions/get_reembedding_progress from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function get_reembedding_progress;

commit;
