-- Deploy kodiai:knowledge/tables/reviews to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create table reviews (
  id bigint not null generated always as identity,
  created_at timestamptz not null default _now(),
  repo repo_name not null,
  pr_number positive_number not null,
  head_sha short_name,
  delivery_id short_name,
  files_analyzed natural_number not null default 0,
  lines_changed natural_number not null default 0,
  findings_critical natural_number not null default 0,
  findings_major natural_number not null default 0,
  findings_medium natural_number not null default 0,
  findings_minor natural_number not null default 0,
  findings_total natural_number not null default 0,
  suppressions_applied natural_number not null default 0,
  confidence_total natural_number not null default 0,
  config_snapshot jsonb_object,
  duration_ms natural_number,
  model short_name,
  conclusion short_name not null default 'unknown',
  completed_at timestamptz,
  constraint reviews_pkey primary key (id),
  -- Nulls are distinct: a review without a delivery is always inserted.
  constraint reviews_key unique (repo, pr_number, delivery_id),
  constraint reviews_findings_total_check check (
    findings_total
    = findings_critical + findings_major + findings_medium + findings_minor
  )
);

create index reviews_repo_created_at_idx on reviews (repo, created_at desc);
create index reviews_repo_delivery_id_idx on reviews (repo, delivery_id);

comment on table reviews is 'One row per review of a pull request by the agent.';
comment on column reviews.id is 'Review id.';
comment on column reviews.created_at is
'When the review was made: when it was recorded, unless another time was given.';
comment on column reviews.repo is 'Repository reviewed, owner/name in lower case.';
comment on column reviews.pr_number is 'Pull request number.';
comment on column reviews.head_sha is 'Commit reviewed.';
comment on column reviews.delivery_id is 'Webhook delivery that requested the review.';
comment on column reviews.files_analyzed is 'Number of files analyzed.';
comment on column reviews.lines_changed is
'Number of lines that the pull request adds and removes.';
comment on column reviews.findings_critical is 'Number of critical findings.';
comment on column reviews.findings_major is 'Number of major findings.';
comment on column reviews.findings_medium is 'Number of medium findings.';
comment on column reviews.findings_minor is 'Number of minor findings.';
comment on column reviews.findings_total is 'Sum of the four counts by severity.';
comment on column reviews.suppressions_applied is
'Number of suppressed findings.';
comment on column reviews.confidence_total is
'Sum of the confidences of the findings, so that reports need not read the findings.';
comment on column reviews.config_snapshot is 'Configuration of the review.';
comment on column reviews.duration_ms is 'Duration of the review in milliseconds.';
comment on column reviews.model is 'Language model that wrote the review.';
comment on column reviews.conclusion is 'How the review ended; free text.';
comment on column reviews.completed_at is
'When the review completed: with the run of its commit, or at recording if there was no such run '
'or it was already completed. Null if that run is open or was superseded.';

commit;
