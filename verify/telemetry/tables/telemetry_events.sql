-- Verify kodiai:telemetry/tables/telemetry_events on pg

begin;

set local search_path = :"schema", public;

select _verify_table('telemetry_events', array[
  'column id bigint not null identity',
  'column created_at timestamp with time zone not null default _now()',
  'column delivery_id short_name',
  'column repo repo_name not null',
  'column pr_number positive_number',
  'column pr_author login_name',
  'column event_type short_name not null',
  'column provider short_name not null default ''anthropic''::text',
  'column model short_name not null',
  'column input_tokens natural_number not null default 0',
  'column output_tokens natural_number not null default 0',
  'column cache_read_tokens natural_number not null default 0',
  'column cache_creation_tokens natural_number not null default 0',
  'column duration_ms natural_number not null default 0',
  'column cost_usd usd_amount not null default 0',
  'column conclusion short_name not null',
  'column session_id short_name',
  'column num_turns natural_number',
  'column stop_reason short_name',
  'constraint telemetry_events_pkey PRIMARY KEY (id)',
  'index telemetry_events_pkey btree (id)',
  'index telemetry_events_key btree (repo, delivery_id, event_type, session_id) '
  'NULLS NOT DISTINCT WHERE (delivery_id IS NOT NULL)',
  'index telemetry_events_created_at_idx btree (created_at)',
  'index telemetry_events_repo_created_at_idx btree (repo, created_at DESC)'
]);

rollback;
