-- Revert kodiai:base/functions/_bm25_setting from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _bm25_setting(text, double precision, text);

commit;
