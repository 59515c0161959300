-- Revert kodiai:base/functions/_search_tsquery from pg

begin;

set local search_path = :"schema", public;

drop function _search_tsquery(text, text);

commit;
