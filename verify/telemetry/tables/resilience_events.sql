-- Verify kodiai:telemetry/tables/resilience_events on pg

begin;

set local search_path = :"schema", public;

select _verify_table('resilience_events', array[
  'column id bigint not null identity',
  'column created_at timestamp with time zone not null default now()',
  'column delivery_id text not null',
  'column repo repo_name not null',
  'column pr_number bigint',
  'column pr_author text',
  'column event_type text not null',
  'column kind resilience_kind not null',
  'column parent_delivery_id text',
  'column review_output_key text',
  'column execution_conclusion text',
  'column had_inline_output boolean',
  'column checkpoint_files_reviewed integer',
  'column checkpoint_finding_count integer',
  'column checkpoint_total_files integer',
  'column partial_comment_id bigint',
  'column recent_timeouts integer',
  'column chronic_timeout boolean',
  'column retry_enqueued boolean',
  'column retry_files_count integer',
  'column retry_scope_ratio double precision',
  'column retry_timeout_seconds integer',
  'column retry_risk_level text',
  'column retry_checkpoint_enabled boolean',
  'column retry_has_results boolean',
  'constraint resilience_events_counts_check CHECK '
  '((LEAST(checkpoint_files_reviewed, checkpoint_finding_count, '
  'checkpoint_total_files, recent_timeouts, retry_files_count, '
  'retry_timeout_seconds) >= 0))',
  'constraint resilience_events_retry_scope_ratio_check CHECK (((retry_scope_ratio '
  '>= (0)::double precision) AND (retry_scope_ratio <= (1)::double precision)))',
  'constraint resilience_events_pkey PRIMARY KEY (id)',
  'constraint resilience_events_delivery_id_key UNIQUE (delivery_id)',
  'index resilience_events_pkey btree (id)',
  'index resilience_events_delivery_id_key btree (delivery_id)',
  'index resilience_events_repo_created_at_idx btree (repo, created_at DESC)'
]);

rollback;
