-- Revert kodiai:learning/functions/_collapse_duplicates from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _collapse_duplicates(bigint[], text, double precision, integer);

commit;
