-- Revert kodiai:base/functions/_split_identifiers from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _split_identifiers(text);

commit;
