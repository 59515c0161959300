-- Deploy kodiai:learning/indexes/learning_memories_search_tsv_idx to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create index learning_memories_search_tsv_idx on learning_memories
using gin (search_tsv);

commit;
