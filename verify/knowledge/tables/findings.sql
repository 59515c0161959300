-- Verify kodiai:knowledge/tables/findings on pg

begin;

set local search_path = :"schema", public;

select _verify_table('findings', array[
  'column id bigint not null identity',
  'column created_at timestamp with time zone not null default _now()',
  'column review_id bigint not null',
  'column file_path file_path not null',
  'column start_line positive_number',
  'column end_line positive_number',
  'column severity severity not null',
  'column category category not null',
  'column confidence percentage not null',
  'column title short_text not null',
  'column suppressed boolean not null default false',
  'column suppression_pattern short_text',
  'column comment_id positive_number',
  'column comment_surface short_name',
  'column review_output_key short_text',
  'column search_tsv tsvector',
  'constraint findings_pkey PRIMARY KEY (id)',
  'constraint findings_review_id_fkey FOREIGN KEY (review_id) REFERENCES reviews(id) '
  'ON DELETE CASCADE',
  'constraint findings_lines_check CHECK (((start_line)::bigint <= '
  '(end_line)::bigint))',
  'constraint findings_suppression_pattern_check CHECK ((suppressed OR '
  '(suppression_pattern IS NULL)))',
  'constraint findings_comment_check CHECK (((comment_id IS NULL) = (comment_surface '
  'IS NULL)))',
  'index findings_pkey btree (id)',
  'index findings_review_id_idx btree (review_id)',
  'index findings_severity_idx btree (severity)',
  'index findings_file_path_idx btree (file_path)',
  'index findings_comment_id_idx btree (comment_id)'
]);

rollback;
