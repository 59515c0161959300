-- Deploy kodiai:learning/tables/memory_voices to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create table memory_voices (
  id bigint not null generated always as identity,
  created_at timestamptz not null default _now(),
  memory_id bigint not null,
  login login_name,
  event short_name,
  association short_name,
  voice voice not null,
  rationale long_text,
  url short_text,
  finding_id bigint,
  said_at timestamptz not null,
  withdrawn_at timestamptz,
  is_pending boolean not null default false,
  constraint memory_voices_pkey primary key (id),
  constraint memory_voices_memory_id_fkey foreign key (memory_id)
  references learning_memories (id) on delete cascade,
  constraint memory_voices_key unique nulls not distinct (memory_id, login, event),
  constraint memory_voices_speaker_check check (num_nonnulls(login, event) = 1)
);

create index memory_voices_login_idx on memory_voices (login, created_at)
where login is not null;

create index memory_voices_pending_idx on memory_voices (memory_id)
where is_pending and withdrawn_at is null;

comment on table memory_voices is
'One row per memory and person or event: who taught the memory, and what they say about it now.';
comment on column memory_voices.id is 'Voice id.';
comment on column memory_voices.created_at is 'When the person or event was first heard.';
comment on column memory_voices.memory_id is 'Memory that the voice is about.';
comment on column memory_voices.login is
'Login of the person, in lower case; null for an event.';
comment on column memory_voices.event is
'What spoke if no person did, such as accepted; null for a person.';
comment on column memory_voices.association is
'Association of the person with the repository when they spoke, as on GitHub, such as MEMBER; null '
'if unknown.';
comment on column memory_voices.voice is
'What they say. accepted and thumbs_up speak for the memory, suppressed and thumbs_down against '
'it; published and reply are no verdict.';
comment on column memory_voices.rationale is 'Why, in their words; null if they gave no reason.';
comment on column memory_voices.url is 'Where they said it; null if unknown.';
comment on column memory_voices.finding_id is
'Finding on which they said it; null if none. No foreign key: memories may come from elsewhere.';
comment on column memory_voices.said_at is 'When they said it.';
comment on column memory_voices.withdrawn_at is
'When it was withdrawn; null if it still counts.';
comment on column memory_voices.is_pending is
'Whether it awaits approval, and until then does not count (learning_policies).';

commit;
