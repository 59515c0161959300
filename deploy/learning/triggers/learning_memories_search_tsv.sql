-- Deploy kodiai:learning/triggers/learning_memories_search_tsv to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _set_learning_memories_search_tsv()
returns trigger
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
-- Or Postgres would tell the client of each word that is too long for a lexeme.
set client_min_messages = warning
as $$
begin
  new.search_tsv := _search_tsvector(new.finding_text);
  return new;
end
$$;

comment on function _set_learning_memories_search_tsv() is
'Trigger of learning_memories: keeps search_tsv equal to the lexemes of finding_text.';

-- Citus refuses triggers without this; elsewhere it is a name that nothing reads.
set local "citus.enable_unsafe_triggers" = on;

create trigger learning_memories_search_tsv
before insert or update of finding_text, search_tsv on learning_memories
for each row execute function _set_learning_memories_search_tsv();

commit;
