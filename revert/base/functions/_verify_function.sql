-- Revert kodiai:base/functions/_verify_function from pg

begin;

set local search_path = :"schema", public;

drop function _verify_function(text, text);

commit;
