-- Deploy kodiai:telemetry/tables/resilience_events to pg

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create table resilience_events (
  id bigint not null generated always as identity,
  created_at timestamptz not null default now(),
  delivery_id text not null,
  repo repo_name not null,
  pr_number bigint,
  pr_author text,
  event_type text not null,
  kind resilience_kind not null,
  parent_delivery_id text,
  review_output_key text,
  execution_conclusion text,
  had_inline_output boolean,
  checkpoint_files_reviewed integer,
  checkpoint_finding_count integer,
  checkpoint_total_files integer,
  partial_comment_id bigint,
  recent_timeouts integer,
  chronic_timeout boolean,
  retry_enqueued boolean,
  retry_files_count integer,
  retry_scope_ratio double precision,
  retry_timeout_seconds integer,
  retry_risk_level text,
  retry_checkpoint_enabled boolean,
  retry_has_results boolean,
  constraint resilience_events_pkey primary key (id),
  constraint resilience_events_delivery_id_key unique (delivery_id),
  constraint resilience_events_counts_check check (
    least(
      checkpoint_files_reviewed, checkpoint_finding_count,
      checkpoint_total_files, recent_timeouts, retry_files_count,
      retry_timeout_seconds
    ) >= 0
  ),
  constraint resilience_events_retry_scope_ratio_check check (
    retry_scope_ratio between 0 and 1
  )
);

create index resilience_events_repo_created_at_idx
on resilience_events (repo, created_at desc);

comment on table resilience_events is
'One row per review that ran out of time, and per retry of one.';
comment on column resilience_events.id is 'Number of the event.';
comment on column resilience_events.created_at is 'When the event was recorded.';
comment on column resilience_events.delivery_id is 'Webhook delivery of the run.';
comment on column resilience_events.repo is 'Repository, owner/name.';
comment on column resilience_events.pr_number is
'Number of the pull request in its repository.';
comment on column resilience_events.pr_author is
'GitHub login of the author of the pull request.';
comment on column resilience_events.event_type is 'What the agent was doing.';
comment on column resilience_events.kind is 'Whether a run timed out or was a retry.';
comment on column resilience_events.parent_delivery_id is
'Delivery that this one retries.';
comment on column resilience_events.review_output_key is
'Key of the review output that was being made.';
comment on column resilience_events.execution_conclusion is
'How the run ended, in the word of the agent.';
comment on column resilience_events.had_inline_output is
'Whether comments had been posted by then.';
comment on column resilience_events.checkpoint_files_reviewed is
'Files reviewed at the last checkpoint.';
comment on column resilience_events.checkpoint_finding_count is
'Findings at the last checkpoint.';
comment on column resilience_events.checkpoint_total_files is
'Files that the review had to look at.';
comment on column resilience_events.partial_comment_id is
'GitHub number of the comment that shows the partial result.';
comment on column resilience_events.recent_timeouts is
'Timeouts of this repository and author in the days before.';
comment on column resilience_events.chronic_timeout is
'Whether these are so many that no retry is made.';
comment on column resilience_events.retry_enqueued is 'Whether a retry was queued.';
comment on column resilience_events.retry_files_count is
'Files that the retry looks at.';
comment on column resilience_events.retry_scope_ratio is
'Share of the files that the retry looks at, 0 to 1.';
comment on column resilience_events.retry_timeout_seconds is
'Time that the retry is given, in seconds.';
comment on column resilience_events.retry_risk_level is
'How risky the pull request looked, in the word of the agent.';
comment on column resilience_events.retry_checkpoint_enabled is
'Whether the retry saves checkpoints.';
comment on column resilience_events.retry_has_results is
'Whether the retry brought results.';

commit;
