-- Deploy kodiai:learning/tables/assessments to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create table assessments (
  id bigint not null generated always as identity,
  created_at timestamptz not null default _now(),
  repo repo_name not null,
  delivery_id short_name not null,
  pr_number positive_number,
  finding_text long_text not null,
  severity severity not null,
  category category not null,
  file_path file_path,
  verdict verdict not null,
  is_check boolean not null,
  confidence ratio not null,
  reason long_text not null,
  outcome finding_outcome,
  settled_at timestamptz,
  constraint assessments_pkey primary key (id),
  constraint assessments_check_check check (verdict = 'suppress' or not is_check),
  constraint assessments_settled_check check ((outcome is null) = (settled_at is null))
);

-- A hash, because a B-tree entry is limited to 2704 bytes.
create unique index assessments_key
on assessments (repo, delivery_id, hashtextextended(finding_text, 0), file_path)
nulls not distinct;

create index assessments_repo_created_at_idx on assessments (repo, created_at);

create index assessments_suppressed_idx on assessments (repo, pr_number, id)
where verdict = 'suppress' and not is_check;

create index assessments_created_at_idx on assessments (created_at);

comment on table assessments is
'One row per finding that was assessed: what the agent did with it, and whether it was wanted.';
comment on column assessments.id is 'Assessment id.';
comment on column assessments.created_at is 'When it was recorded.';
comment on column assessments.repo is 'Repository, owner/name in lower case.';
comment on column assessments.delivery_id is 'Webhook delivery of the review.';
comment on column assessments.pr_number is 'Pull request number; null if unknown.';
comment on column assessments.finding_text is 'What was found.';
comment on column assessments.severity is 'How bad the problem is.';
comment on column assessments.category is 'Kind of problem.';
comment on column assessments.file_path is
'Path of the file, relative to the repository root; null if unknown.';
comment on column assessments.verdict is 'What assess_finding advised.';
comment on column assessments.is_check is
'Whether the finding was shown although it would have been suppressed, to learn whether that would '
'have been right.';
comment on column assessments.confidence is 'Probability that the verdict is right.';
comment on column assessments.reason is 'Why, in a sentence.';
comment on column assessments.outcome is
'Whether the team wanted the finding; null while unknown.';
comment on column assessments.settled_at is 'When the outcome became known; null while unknown.';

commit;
