-- Deploy kodiai:knowledge/tables/reviews to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create table reviews (
  id bigint not null generated always as identity,
  created_at timestamptz not null default now(),
  repo repo_name not null,
  pr_number bigint not null,
  head_sha text,
  delivery_id text,
  files_analyzed integer not null default 0,
  lines_changed integer not null default 0,
  findings_critical integer not null default 0,
  findings_major integer not null default 0,
  findings_medium integer not null default 0,
  findings_minor integer not null default 0,
  findings_total integer not null default 0,
  suppressions_applied integer not null default 0,
  config_snapshot jsonb,
  duration_ms bigint,
  model text,
  conclusion text not null default 'unknown',
  constraint reviews_pkey primary key (id),
  constraint reviews_pr_number_check check (pr_number > 0),
  constraint reviews_counts_check check (
    least(
      files_analyzed, lines_changed, findings_critical, findings_major,
      findings_medium, findings_minor, suppressions_applied, duration_ms
    ) >= 0
  ),
  constraint reviews_findings_total_check check (
    findings_total
    = findings_critical + findings_major + findings_medium + findings_minor
  )
);

create index reviews_repo_created_at_idx on reviews (repo, created_at desc);
create index reviews_repo_pr_number_idx on reviews (repo, pr_number);

comment on table reviews is
'One row per review that the agent has run on a pull request.';
comment on column reviews.id is 'Number of the review in this memory.';
comment on column reviews.created_at is 'When the review was recorded.';
comment on column reviews.repo is 'Repository reviewed, owner/name.';
comment on column reviews.pr_number is 'Number of the pull request in its repository.';
comment on column reviews.head_sha is 'Commit that was reviewed.';
comment on column reviews.delivery_id is 'Webhook delivery that asked for the review.';
comment on column reviews.files_analyzed is 'How many files the review looked at.';
comment on column reviews.lines_changed is
'How many lines the pull request adds and removes.';
comment on column reviews.findings_critical is 'How many findings were critical.';
comment on column reviews.findings_major is 'How many findings were major.';
comment on column reviews.findings_medium is 'How many findings were medium.';
comment on column reviews.findings_minor is 'How many findings were minor.';
comment on column reviews.findings_total is 'The sum of the four counts by severity.';
comment on column reviews.suppressions_applied is
'How many findings a suppression rule held back.';
comment on column reviews.config_snapshot is 'Configuration that the review ran under.';
comment on column reviews.duration_ms is 'How long the review took, in milliseconds.';
comment on column reviews.model is 'Language model that wrote the review.';
comment on column reviews.conclusion is
'How the review ended, in the word of the agent.';

commit;
