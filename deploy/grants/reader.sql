-- Deploy kodiai:grants/reader to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

\set reader :schema _reader

grant usage on schema :"schema" to :"reader";

grant execute on function
get_memories,
has_memory,
search_memories
to :"reader";

commit;
