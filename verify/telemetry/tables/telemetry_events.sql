-- Verify kodiai:telemetry/tables/telemetry_events on pg

begin;

set local search_path = :"schema", public;

select _verify_table('telemetry_events', array[
  'column id bigint not null identity',
  'column created_at timestamp with time zone not null default now()',
  'column delivery_id text',
  'column repo repo_name not null',
  'column pr_number bigint',
  'column pr_author text',
  'column event_type text not null',
  'column provider text not null default ''anthropic''::text',
  'column model text not null',
  'column input_tokens bigint not null default 0',
  'column output_tokens bigint not null default 0',
  'column cache_read_tokens bigint not null default 0',
  'column cache_creation_tokens bigint not null default 0',
  'column duration_ms bigint not null default 0',
  'column cost_usd numeric not null default 0',
  'column conclusion text not null',
  'column session_id text',
  'column num_turns integer',
  'column stop_reason text',
  'constraint telemetry_events_counts_check CHECK ((LEAST(input_tokens, '
  'output_tokens, cache_read_tokens, cache_creation_tokens, duration_ms, '
  '(num_turns)::bigint) >= 0))',
  'constraint telemetry_events_cost_usd_check CHECK (((cost_usd >= (0)::numeric) '
  'AND (cost_usd < ''Infinity''::numeric)))',
  'constraint telemetry_events_pkey PRIMARY KEY (id)',
  'index telemetry_events_pkey btree (id)',
  'index telemetry_events_created_at_idx btree (created_at)',
  'index telemetry_events_repo_created_at_idx btree (repo, created_at DESC)'
]);

rollback;
