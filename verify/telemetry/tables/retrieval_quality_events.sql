-- Verify kodiai:telemetry/tables/retrieval_quality_events on pg

begin;

set local search_path = :"schema", public;

select _verify_table('retrieval_quality_events', array[
  'column id bigint not null identity',
  'column created_at timestamp with time zone not null default now()',
  'column delivery_id text',
  'column repo repo_name not null',
  'column pr_number bigint',
  'column event_type text not null',
  'column top_k integer',
  'column distance_threshold double precision',
  'column result_count integer not null',
  'column avg_distance double precision',
  'column language_match_ratio double precision',
  'column threshold_method threshold_method',
  'constraint retrieval_quality_events_counts_check CHECK ((LEAST(top_k, '
  'result_count) >= 0))',
  'constraint retrieval_quality_events_distances_check CHECK ((((distance_threshold '
  '>= (0)::double precision) AND (distance_threshold <= (2)::double precision)) AND '
  '((avg_distance >= (0)::double precision) AND (avg_distance <= (2)::double '
  'precision))))',
  'constraint retrieval_quality_events_language_match_ratio_check CHECK '
  '(((language_match_ratio >= (0)::double precision) AND (language_match_ratio <= '
  '(1)::double precision)))',
  'constraint retrieval_quality_events_pkey PRIMARY KEY (id)',
  'constraint retrieval_quality_events_delivery_id_key UNIQUE (delivery_id)',
  'index retrieval_quality_events_pkey btree (id)',
  'index retrieval_quality_events_delivery_id_key btree (delivery_id)',
  'index retrieval_quality_events_repo_created_at_idx btree (repo, created_at DESC)'
]);

rollback;
