-- Verify kodiai:telemetry/tables/retrieval_quality_events on pg

begin;

set local search_path = :"schema", public;

select _verify_table('retrieval_quality_events', array[
  'column id bigint not null identity',
  'column created_at timestamp with time zone not null default _now()',
  'column delivery_id short_name',
  'column repo repo_name not null',
  'column pr_number positive_number',
  'column event_type short_name not null',
  'column top_k natural_number',
  'column distance_threshold cosine_distance',
  'column result_count natural_number not null',
  'column avg_distance cosine_distance',
  'column language_match_ratio ratio',
  'column threshold_method threshold_method',
  'constraint retrieval_quality_events_pkey PRIMARY KEY (id)',
  'constraint retrieval_quality_events_key UNIQUE (repo, delivery_id)',
  'index retrieval_quality_events_pkey btree (id)',
  'index retrieval_quality_events_key btree (repo, delivery_id)',
  'index retrieval_quality_events_created_at_idx btree (created_at)',
  'index retrieval_quality_events_repo_created_at_idx btree (repo, created_at DESC)'
]);

rollback;
