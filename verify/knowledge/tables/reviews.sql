-- Verify kodiai:knowledge/tables/reviews on pg

begin;

set local search_path = :"schema", public;

select _verify_table('reviews', array[
  'column id bigint not null identity',
  'column created_at timestamp with time zone not null default now()',
  'column repo repo_name not null',
  'column pr_number bigint not null',
  'column head_sha text',
  'column delivery_id text',
  'column files_analyzed integer not null default 0',
  'column lines_changed integer not null default 0',
  'column findings_critical integer not null default 0',
  'column findings_major integer not null default 0',
  'column findings_medium integer not null default 0',
  'column findings_minor integer not null default 0',
  'column findings_total integer not null default 0',
  'column suppressions_applied integer not null default 0',
  'column config_snapshot jsonb',
  'column duration_ms bigint',
  'column model text',
  'column conclusion text not null default ''unknown''::text',
  'constraint reviews_counts_check CHECK ((LEAST((files_analyzed)::bigint, '
  '(lines_changed)::bigint, (findings_critical)::bigint, (findings_major)::bigint, '
  '(findings_medium)::bigint, (findings_minor)::bigint, '
  '(suppressions_applied)::bigint, duration_ms) >= 0))',
  'constraint reviews_findings_total_check CHECK ((findings_total = '
  '(((findings_critical + findings_major) + findings_medium) + findings_minor)))',
  'constraint reviews_pkey PRIMARY KEY (id)',
  'constraint reviews_pr_number_check CHECK ((pr_number > 0))',
  'index reviews_pkey btree (id)',
  'index reviews_repo_created_at_idx btree (repo, created_at DESC)',
  'index reviews_repo_pr_number_idx btree (repo, pr_number)'
]);

rollback;
