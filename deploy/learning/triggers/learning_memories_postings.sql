-- Deploy kodiai:learning/triggers/learning_memories_postings to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

-- Citus refuses triggers without this; elsewhere it is a name that nothing reads.
set local "citus.enable_unsafe_triggers" = on;

create trigger learning_memories_postings_insert
after insert on learning_memories referencing new table as new_rows
for each statement execute function _set_postings('learning_memories', 'd.repo');

create trigger learning_memories_postings_delete
after delete on learning_memories referencing old table as old_rows
for each statement execute function _set_postings('learning_memories', 'd.repo');

-- Row by row, because only so does marking rows stale not come by.
create trigger learning_memories_postings_update
after update of repo, finding_text, search_tsv on learning_memories
for each row when (
  (new.repo, new.search_tsv) is distinct from (old.repo, old.search_tsv)
)
execute function _set_postings('learning_memories', 'd.repo');

commit;
