-- Deploy kodiai:learning/tables/retention_settings to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create table retention_settings (
  id bigint not null generated always as identity,
  created_at timestamptz not null default _now(),
  table_name retained_table not null,
  keep retention not null,
  after_id bigint not null default 0,
  constraint retention_settings_pkey primary key (id),
  constraint retention_settings_key unique (table_name)
);

comment on table retention_settings is
'How long rows are kept: one row per table from which run_maintenance deletes. Of others, it '
'deletes nothing.';
comment on column retention_settings.id is 'Setting id.';
comment on column retention_settings.created_at is 'When the setting was made.';
comment on column retention_settings.table_name is
'Table, or which memories: retired_memories or stale_memories.';
comment on column retention_settings.keep is 'Age at which a row is deleted.';
comment on column retention_settings.after_id is
'For memories: the last one that run_maintenance has looked at; 0 to begin again.';

commit;
