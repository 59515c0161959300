-- Revert kodiai:learning/functions/_check_scope from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _check_scope(text, text);

commit;
