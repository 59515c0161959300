-- Revert kodiai:base/functions/_check_columns from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _check_columns(text, jsonb, text[], text);

commit;
