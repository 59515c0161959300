-- Revert kodiai:base/functions/_purge_older from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _purge_older(text, text, interval, integer);

commit;
