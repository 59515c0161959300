-- Verify kodiai:knowledge/tables/findings on pg

begin;

set local search_path = :"schema", public;

select _verify_table('findings', array[
  'column id bigint not null identity',
  'column created_at timestamp with time zone not null default now()',
  'column review_id bigint not null',
  'column file_path file_path not null',
  'column start_line integer',
  'column end_line integer',
  'column severity severity not null',
  'column category category not null',
  'column confidence integer not null',
  'column title text not null',
  'column suppressed boolean not null default false',
  'column suppression_pattern text',
  'column comment_id bigint',
  'column comment_surface text',
  'column review_output_key text',
  'column search_tsv tsvector',
  'constraint findings_confidence_check CHECK (((confidence >= 0) AND (confidence '
  '<= 100)))',
  'constraint findings_lines_check CHECK (((1 <= start_line) AND (start_line <= '
  'end_line)))',
  'constraint findings_pkey PRIMARY KEY (id)',
  'constraint findings_review_id_fkey FOREIGN KEY (review_id) REFERENCES '
  'reviews(id) ON DELETE CASCADE',
  'index findings_pkey btree (id)',
  'index findings_review_id_idx btree (review_id)',
  'index findings_severity_idx btree (severity)',
  'index findings_file_path_idx btree (file_path)',
  'index findings_comment_id_idx btree (comment_id)'
]);

rollback;
