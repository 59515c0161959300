-- Verify kodiai:knowledge/tables/suppression_log on pg

begin;

set local search_path = :"schema", public;

select _verify_table('suppression_log', array[
  'column id bigint not null identity',
  'column review_id bigint not null',
  'column pattern text not null',
  'column matched_count integer not null default 0',
  'column finding_ids bigint[]',
  'constraint suppression_log_matched_count_check CHECK ((matched_count >= 0))',
  'constraint suppression_log_pkey PRIMARY KEY (id)',
  'constraint suppression_log_review_id_fkey FOREIGN KEY (review_id) REFERENCES '
  'reviews(id) ON DELETE CASCADE',
  'index suppression_log_pkey btree (id)',
  'index suppression_log_review_id_idx btree (review_id)'
]);

rollback;
