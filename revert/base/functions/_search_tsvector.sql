-- Revert kodiai:base/functions/_search_tsvector from pg

begin;

set local search_path = :"schema", public;

drop function _search_tsvector(text);

commit;
