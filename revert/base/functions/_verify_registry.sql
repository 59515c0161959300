-- Revert kodiai:base/functions/_verify_registry from pg

begin;

set local search_path = :"schema", public;

drop function _verify_registry(text, text);

commit;
