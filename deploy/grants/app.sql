-- Deploy kodiai:grants/app to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

\set app :schema _app

grant usage on schema :"schema" to :"app";

grant execute on function
get_memories,
has_memory,
search_memories,
set_embedding_model,
write_memories,
write_memory
to :"app";

commit;
