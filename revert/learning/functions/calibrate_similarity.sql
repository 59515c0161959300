-- Revert kodiai:learning/functions/calibrate_similarity from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function calibrate_similarity;

commit;
