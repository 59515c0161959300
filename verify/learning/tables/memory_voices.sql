-- Verify kodiai:learning/tables/memory_voices on pg

begin;

set local search_path = :"schema", public;

select _verify_table('memory_voices', array[
  'column id bigint not null identity',
  'column created_at timestamp with time zone not null default _now()',
  'column memory_id bigint not null',
  'column login login_name',
  'column event short_name',
  'column association short_name',
  'column voice voice not null',
  'column rationale long_text',
  'column url short_text',
  'column finding_id bigint',
  'column said_at timestamp with time zone not null',
  'column withdrawn_at timestamp with time zone',
  'column is_pending boolean not null default false',
  'constraint memory_voices_speaker_check CHECK ((num_nonnulls(login, event) = 1))',
  'constraint memory_voices_pkey PRIMARY KEY (id)',
  'constraint memory_voices_key UNIQUE NULLS NOT DISTINCT (memory_id, login, event)',
  'constraint memory_voices_memory_id_fkey FOREIGN KEY (memory_id) REFERENCES '
  'learning_memories(id) ON DELETE CASCADE',
  'index memory_voices_pkey btree (id)',
  'index memory_voices_key btree (memory_id, login, event) NULLS NOT DISTINCT',
  'index memory_voices_login_idx btree (login, created_at) WHERE (login IS NOT '
  'NULL)',
  'index memory_voices_pending_idx btree (memory_id) WHERE (is_pending AND '
  '(withdrawn_at IS NULL))'
]);

rollback;
