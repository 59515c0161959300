-- Revert kodiai:learning/functions/set_embedding_model from pg

begin;

set local search_path = :"schema", public;

drop function set_embedding_model(text);

commit;
