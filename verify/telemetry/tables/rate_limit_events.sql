-- Verify kodiai:telemetry/tables/rate_limit_events on pg

begin;

set local search_path = :"schema", public;

select _verify_table('rate_limit_events', array[
  'column id bigint not null identity',
  'column created_at timestamp with time zone not null default _now()',
  'column delivery_id short_name',
  'column repo repo_name not null',
  'column pr_number positive_number',
  'column event_type short_name not null',
  'column cache_hit_rate ratio not null',
  'column skipped_queries natural_number not null',
  'column retry_attempts natural_number not null',
  'column degradation_path short_text not null',
  'constraint rate_limit_events_pkey PRIMARY KEY (id)',
  'constraint rate_limit_events_key UNIQUE (repo, delivery_id, event_type)',
  'index rate_limit_events_pkey btree (id)',
  'index rate_limit_events_key btree (repo, delivery_id, event_type)',
  'index rate_limit_events_created_at_idx btree (created_at)',
  'index rate_limit_events_repo_created_at_idx btree (repo, created_at DESC)'
]);

rollback;
