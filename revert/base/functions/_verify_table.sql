-- Revert kodiai:base/functions/_verify_table from pg

begin;

set local search_path = :"schema", public;

drop function _verify_table(text, text[]);

commit;
