-- Revert kodiai:learning/functions/record_recall from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function record_recall;

commit;
