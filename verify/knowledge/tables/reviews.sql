-- Verify kodiai:knowledge/tables/reviews on pg

begin;

set local search_path = :"schema", public;

select _verify_table('reviews', array[
  'column id bigint not null identity',
  'column created_at timestamp with time zone not null default _now()',
  'column repo repo_name not null',
  'column pr_number positive_number not null',
  'column head_sha short_name',
  'column delivery_id short_name',
  'column files_analyzed natural_number not null default 0',
  'column lines_changed natural_number not null default 0',
  'column findings_critical natural_number not null default 0',
  'column findings_major natural_number not null default 0',
  'column findings_medium natural_number not null default 0',
  'column findings_minor natural_number not null default 0',
  'column findings_total natural_number not null default 0',
  'column suppressions_applied natural_number not null default 0',
  'column confidence_total natural_number not null default 0',
  'column config_snapshot jsonb_object',
  'column duration_ms natural_number',
  'column model short_name',
  'column conclusion short_name not null default ''unknown''::text',
  'column completed_at timestamp with time zone',
  'constraint reviews_findings_total_check CHECK (((findings_total)::bigint = '
  '((((findings_critical)::bigint + (findings_major)::bigint) + '
  '(findings_medium)::bigint) + (findings_minor)::bigint)))',
  'constraint reviews_pkey PRIMARY KEY (id)',
  'constraint reviews_key UNIQUE (repo, pr_number, delivery_id)',
  'index reviews_pkey btree (id)',
  'index reviews_key btree (repo, pr_number, delivery_id)',
  'index reviews_repo_created_at_idx btree (repo, created_at DESC)',
  'index reviews_repo_delivery_id_idx btree (repo, delivery_id)'
]);

rollback;
