-- Revert kodiai:base/functions/_check_arguments from pg

begin;

set local search_path = :"schema", public;
select _verify_registry(:'registry') as verified
\gset

drop function _check_arguments(text, jsonb);

commit;
