-- Revert kodiai:learning/functions/report_embedding_failures from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function report_embedding_failures;

commit;
