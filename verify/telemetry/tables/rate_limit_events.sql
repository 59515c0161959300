-- Verify kodiai:telemetry/tables/rate_limit_events on pg

begin;

set local search_path = :"schema", public;

select _verify_table('rate_limit_events', array[
  'column id bigint not null identity',
  'column created_at timestamp with time zone not null default now()',
  'column delivery_id text',
  'column repo repo_name not null',
  'column pr_number bigint',
  'column event_type text not null',
  'column cache_hit_rate double precision not null',
  'column skipped_queries integer not null',
  'column retry_attempts integer not null',
  'column degradation_path text not null',
  'constraint rate_limit_events_cache_hit_rate_check CHECK (((cache_hit_rate >= '
  '(0)::double precision) AND (cache_hit_rate <= (1)::double precision)))',
  'constraint rate_limit_events_counts_check CHECK ((LEAST(skipped_queries, '
  'retry_attempts) >= 0))',
  'constraint rate_limit_events_pkey PRIMARY KEY (id)',
  'constraint rate_limit_events_key UNIQUE (delivery_id, event_type)',
  'index rate_limit_events_pkey btree (id)',
  'index rate_limit_events_key btree (delivery_id, event_type)',
  'index rate_limit_events_repo_created_at_idx btree (repo, created_at DESC)'
]);

rollback;
