-- Verify kodiai:learning/tables/retention_settings on pg

begin;

set local search_path = :"schema", public;

select _verify_table('retention_settings', array[
  'column id bigint not null identity',
  'column created_at timestamp with time zone not null default _now()',
  'column table_name retained_table not null',
  'column keep retention not null',
  'column after_id bigint not null default 0',
  'constraint retention_settings_pkey PRIMARY KEY (id)',
  'constraint retention_settings_key UNIQUE (table_name)',
  'index retention_settings_pkey btree (id)',
  'index retention_settings_key btree (table_name)'
]);

rollback;
