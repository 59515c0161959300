-- Revert kodiai:base/functions/_identifiers from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _identifiers(text);

commit;
