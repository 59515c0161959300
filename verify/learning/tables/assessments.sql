-- Verify kodiai:learning/tables/assessments on pg

begin;

set local search_path = :"schema", public;

select _verify_table('assessments', array[
  'column id bigint not null identity',
  'column created_at timestamp with time zone not null default _now()',
  'column repo repo_name not null',
  'column delivery_id short_name not null',
  'column pr_number positive_number',
  'column finding_text long_text not null',
  'column severity severity not null',
  'column category category not null',
  'column file_path file_path',
  'column verdict verdict not null',
  'column is_check boolean not null',
  'column confidence ratio not null',
  'column reason long_text not null',
  'column outcome finding_outcome',
  'column settled_at timestamp with time zone',
  'constraint assessments_check_check CHECK ((((verdict)::text = '
  '''suppress''::text) OR (NOT is_check)))',
  'constraint assessments_settled_check CHECK (((outcome IS NULL) = (settled_at IS '
  'NULL)))',
  'constraint assessments_pkey PRIMARY KEY (id)',
  'index assessments_pkey btree (id)',
  'index assessments_key btree (repo, delivery_id, '
  'hashtextextended((finding_text)::text, (0)::bigint), file_path) NULLS NOT '
  'DISTINCT',
  'index assessments_repo_created_at_idx btree (repo, created_at)',
  'index assessments_suppressed_idx btree (repo, pr_number, id) WHERE '
  '(((verdict)::text = ''suppress''::text) AND (NOT is_check))',
  'index assessments_created_at_idx btree (created_at)'
]);

rollback;
