-- Revert kodiai:learning/functions/_estimate_scope from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _estimate_scope(text, text, text, text, double precision);

commit;
