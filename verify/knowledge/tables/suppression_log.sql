-- Verify kodiai:knowledge/tables/suppression_log on pg

begin;

set local search_path = :"schema", public;

select _verify_table('suppression_log', array[
  'column id bigint not null identity',
  'column review_id bigint not null',
  'column pattern short_text not null',
  'column matched_count natural_number not null default 0',
  'column finding_ids bigint[] not null default ''{}''::bigint[]',
  'constraint suppression_log_key UNIQUE (review_id, pattern)',
  'constraint suppression_log_pkey PRIMARY KEY (id)',
  'constraint suppression_log_review_id_fkey FOREIGN KEY (review_id) REFERENCES '
  'reviews(id) ON DELETE CASCADE',
  'index suppression_log_pkey btree (id)',
  'index suppression_log_key btree (review_id, pattern)'
]);

rollback;
