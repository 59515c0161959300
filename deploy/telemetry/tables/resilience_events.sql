-- Deploy kodiai:telemetry/tables/resilience_events to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create table resilience_events (
  id bigint not null generated always as identity,
  created_at timestamptz not null default _now(),
  delivery_id short_name not null,
  repo repo_name not null,
  pr_number positive_number,
  pr_author login_name,
  event_type short_name not null,
  kind resilience_kind not null,
  parent_delivery_id short_name,
  review_output_key short_text,
  execution_conclusion short_name,
  had_inline_output boolean,
  checkpoint_files_reviewed natural_number,
  checkpoint_finding_count natural_number,
  checkpoint_total_files natural_number,
  partial_comment_id positive_number,
  recent_timeouts natural_number,
  chronic_timeout boolean,
  retry_enqueued boolean,
  retry_files_count natural_number,
  retry_scope_ratio ratio,
  retry_timeout_seconds natural_number,
  retry_risk_level short_name,
  retry_checkpoint_enabled boolean,
  retry_has_results boolean,
  constraint resilience_events_pkey primary key (id),
  constraint resilience_events_key unique (repo, delivery_id)
);

create index resilience_events_created_at_idx on resilience_events (created_at);

create index resilience_events_repo_created_at_idx
on resilience_events (repo, created_at desc);

comment on table resilience_events is
'One row per review that timed out and per retry of one.';
comment on column resilience_events.id is 'Event id.';
comment on column resilience_events.created_at is
'When the event happened: when it was recorded, unless another time was given.';
comment on column resilience_events.delivery_id is
'Webhook delivery of the run, or an id made up for the retry.';
comment on column resilience_events.repo is 'Repository, owner/name in lower case.';
comment on column resilience_events.pr_number is
'Pull request number.';
comment on column resilience_events.pr_author is
'GitHub login of the pull request author, in lower case.';
comment on column resilience_events.event_type is 'What the agent was doing, such as review.';
comment on column resilience_events.kind is 'Whether this is a timeout or a retry.';
comment on column resilience_events.parent_delivery_id is
'Webhook delivery that this one retries.';
comment on column resilience_events.review_output_key is
'Key of the review output in progress.';
comment on column resilience_events.execution_conclusion is
'How the run ended; free text.';
comment on column resilience_events.had_inline_output is
'Whether inline comments had been posted.';
comment on column resilience_events.checkpoint_files_reviewed is
'Number of files reviewed at the last checkpoint.';
comment on column resilience_events.checkpoint_finding_count is
'Number of findings at the last checkpoint.';
comment on column resilience_events.checkpoint_total_files is
'Total number of files to review.';
comment on column resilience_events.partial_comment_id is
'GitHub id of the comment that shows the partial result.';
comment on column resilience_events.recent_timeouts is
'Number of recent timeouts of the author in the repository (count_recent_timeouts).';
comment on column resilience_events.chronic_timeout is
'Whether timeouts are too frequent to retry.';
comment on column resilience_events.retry_enqueued is 'Whether a retry was queued.';
comment on column resilience_events.retry_files_count is
'Number of files in the retry.';
comment on column resilience_events.retry_scope_ratio is
'Fraction of the files in the retry, 0 to 1.';
comment on column resilience_events.retry_timeout_seconds is
'Time limit of the retry in seconds.';
comment on column resilience_events.retry_risk_level is
'Risk level of the pull request; free text.';
comment on column resilience_events.retry_checkpoint_enabled is
'Whether the retry saves checkpoints.';
comment on column resilience_events.retry_has_results is
'Whether the retry produced results.';

commit;
