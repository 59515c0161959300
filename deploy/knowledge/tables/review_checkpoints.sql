-- Deploy kodiai:knowledge/tables/review_checkpoints to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create table review_checkpoints (
  id bigint not null generated always as identity,
  created_at timestamptz not null default _now(),
  updated_at timestamptz not null default _now(),
  review_output_key short_text not null,
  repo repo_name not null,
  pr_number positive_number not null,
  checkpoint_data jsonb_object not null,
  partial_comment_id positive_number,
  constraint review_checkpoints_pkey primary key (id),
  constraint review_checkpoints_review_output_key_key unique (review_output_key)
);

create index review_checkpoints_repo_pr_number_idx
on review_checkpoints (repo, pr_number);

comment on table review_checkpoints is
'One row per unfinished review: its progress, so that a retry can resume.';
comment on column review_checkpoints.id is 'Checkpoint id.';
comment on column review_checkpoints.created_at is
'When the first checkpoint of the review was saved.';
comment on column review_checkpoints.updated_at is 'When the checkpoint was last changed.';
comment on column review_checkpoints.review_output_key is 'Key of the review output in progress.';
comment on column review_checkpoints.repo is 'Repository, owner/name in lower case.';
comment on column review_checkpoints.pr_number is 'Pull request number.';
comment on column review_checkpoints.checkpoint_data is
'What a retry needs to resume, such as files reviewed, finding count, summary draft and total '
'files.';
comment on column review_checkpoints.partial_comment_id is
'GitHub id of the comment that shows the partial result.';

commit;
