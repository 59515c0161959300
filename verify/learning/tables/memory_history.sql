-- Verify kodiai:learning/tables/memory_history on pg

begin;

set local search_path = :"schema", public;

select _verify_table('memory_history', array[
  'column id bigint not null identity',
  'column created_at timestamp with time zone not null default _now()',
  'column memory_id bigint not null',
  'column action memory_action not null',
  'column changed_by login_name',
  'column reason long_text',
  'column before jsonb_object not null',
  'column after jsonb_object not null',
  'constraint memory_history_pkey PRIMARY KEY (id)',
  'constraint memory_history_memory_id_fkey FOREIGN KEY (memory_id) REFERENCES '
  'learning_memories(id) ON DELETE CASCADE',
  'index memory_history_pkey btree (id)',
  'index memory_history_memory_id_idx btree (memory_id, id)',
  'index memory_history_text_idx btree (hashtextextended(((before)::jsonb ->> '
  '''finding_text''::text), (0)::bigint)) WHERE (((before)::jsonb ->> '
  '''finding_text''::text) IS NOT NULL)'
]);

rollback;
