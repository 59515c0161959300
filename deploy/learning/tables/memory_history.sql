-- Deploy kodiai:learning/tables/memory_history to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create table memory_history (
  id bigint not null generated always as identity,
  created_at timestamptz not null default _now(),
  memory_id bigint not null,
  action memory_action not null,
  changed_by login_name,
  reason long_text,
  before jsonb_object not null,
  after jsonb_object not null,
  constraint memory_history_pkey primary key (id),
  constraint memory_history_memory_id_fkey foreign key (memory_id)
  references learning_memories (id) on delete cascade
);

create index memory_history_memory_id_idx on memory_history (memory_id, id);

-- For texts that were corrected and are taught again (_find_text).
create index memory_history_text_idx
on memory_history (hashtextextended(before ->> 'finding_text', 0))
where before ->> 'finding_text' is not null;

comment on table memory_history is
'One row per change of a memory: what it was before, and who changed it and why.';
comment on column memory_history.id is 'Id of the change; a later change has a larger one.';
comment on column memory_history.created_at is 'When it was changed.';
comment on column memory_history.memory_id is 'Memory that was changed.';
comment on column memory_history.action is
'What was done. taught and withdrawn: its voices changed its outcome or state. approved and '
'rejected: what awaited approval was judged. retired, restored and corrected: curation.';
comment on column memory_history.changed_by is
'Login of the person who changed it, in lower case; null if unknown.';
comment on column memory_history.reason is 'Why; null if no reason was given.';
comment on column memory_history.before is
'The columns that changed, with their former values; empty if only voices changed. Of an embedding '
'only its model is kept.';
comment on column memory_history.after is 'The same columns with their new values.';

commit;
