-- Revert kodiai:base/functions/_embedding_dim from pg

begin;

set local search_path = :"schema", public;

drop function _embedding_dim();

commit;
