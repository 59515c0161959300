-- Verify kodiai:telemetry/tables/resilience_events on pg

begin;

set local search_path = :"schema", public;

select _verify_table('resilience_events', array[
  'column id bigint not null identity',
  'column created_at timestamp with time zone not null default _now()',
  'column delivery_id short_name not null',
  'column repo repo_name not null',
  'column pr_number positive_number',
  'column pr_author login_name',
  'column event_type short_name not null',
  'column kind resilience_kind not null',
  'column parent_delivery_id short_name',
  'column review_output_key short_text',
  'column execution_conclusion short_name',
  'column had_inline_output boolean',
  'column checkpoint_files_reviewed natural_number',
  'column checkpoint_finding_count natural_number',
  'column checkpoint_total_files natural_number',
  'column partial_comment_id positive_number',
  'column recent_timeouts natural_number',
  'column chronic_timeout boolean',
  'column retry_enqueued boolean',
  'column retry_files_count natural_number',
  'column retry_scope_ratio ratio',
  'column retry_timeout_seconds natural_number',
  'column retry_risk_level short_name',
  'column retry_checkpoint_enabled boolean',
  'column retry_has_results boolean',
  'constraint resilience_events_pkey PRIMARY KEY (id)',
  'constraint resilience_events_key UNIQUE (repo, delivery_id)',
  'index resilience_events_pkey btree (id)',
  'index resilience_events_key btree (repo, delivery_id)',
  'index resilience_events_created_at_idx btree (created_at)',
  'index resilience_events_repo_created_at_idx btree (repo, created_at DESC)'
]);

rollback;
