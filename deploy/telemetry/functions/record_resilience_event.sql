-- Deploy kodiai:telemetry/functions/record_resilience_event to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function record_resilience_event(
  p_delivery_id text,
  p_repo text,
  p_event_type text,
  p_kind text,
  p_pr_number bigint default null,
  p_pr_author text default null,
  p_parent_delivery_id text default null,
  p_review_output_key text default null,
  p_execution_conclusion text default null,
  p_had_inline_output boolean default null,
  p_checkpoint_files_reviewed bigint default null,
  p_checkpoint_finding_count bigint default null,
  p_checkpoint_total_files bigint default null,
  p_partial_comment_id bigint default null,
  p_recent_timeouts bigint default null,
  p_chronic_timeout boolean default null,
  p_retry_enqueued boolean default null,
  p_retry_files_count bigint default null,
  p_retry_scope_ratio double precision default null,
  p_retry_timeout_seconds bigint default null,
  p_retry_risk_level text default null,
  p_retry_checkpoint_enabled boolean default null,
  p_retry_has_results boolean default null,
  p_created_at timestamptz default null
)
returns table (event_id bigint, inserted boolean)
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
-- Times pass through JSON, which not every time zone allows.
set timezone = 'UTC'
as $$
#variable_conflict use_column
declare
  v_id bigint;
  v_inserted boolean;
begin
  select r.id, r.inserted
  into v_id, v_inserted
  from _insert_or_get(
    'resilience_events',
    jsonb_build_object(
      'delivery_id', p_delivery_id,
      'repo', p_repo,
      'event_type', p_event_type,
      'kind', p_kind,
      'pr_number', p_pr_number,
      'pr_author', p_pr_author,
      'parent_delivery_id', p_parent_delivery_id,
      'review_output_key', p_review_output_key,
      'execution_conclusion', p_execution_conclusion,
      'had_inline_output', p_had_inline_output,
      'checkpoint_files_reviewed', p_checkpoint_files_reviewed,
      'checkpoint_finding_count', p_checkpoint_finding_count,
      'checkpoint_total_files', p_checkpoint_total_files,
      'partial_comment_id', p_partial_comment_id,
      'recent_timeouts', p_recent_timeouts,
      'chronic_timeout', p_chronic_timeout,
      'retry_enqueued', p_retry_enqueued,
      'retry_files_count', p_retry_files_count,
      'retry_scope_ratio', p_retry_scope_ratio,
      'retry_timeout_seconds', p_retry_timeout_seconds,
      'retry_risk_level', p_retry_risk_level,
      'retry_checkpoint_enabled', p_retry_checkpoint_enabled,
      'retry_has_results', p_retry_has_results,
      'created_at', p_created_at
    ),
    array['repo', 'delivery_id']
  ) as r;
  if not v_inserted then
    update resilience_events as e
    set
      pr_number = coalesce(e.pr_number, p_pr_number),
      pr_author = coalesce(e.pr_author, _fold_name(p_pr_author)),
      parent_delivery_id = coalesce(e.parent_delivery_id, p_parent_delivery_id),
      review_output_key = coalesce(e.review_output_key, p_review_output_key),
      execution_conclusion = coalesce(e.execution_conclusion, p_execution_conclusion),
      had_inline_output = coalesce(e.had_inline_output, p_had_inline_output),
      checkpoint_files_reviewed = coalesce(e.checkpoint_files_reviewed, p_checkpoint_files_reviewed),
      checkpoint_finding_count = coalesce(e.checkpoint_finding_count, p_checkpoint_finding_count),
      checkpoint_total_files = coalesce(e.checkpoint_total_files, p_checkpoint_total_files),
      partial_comment_id = coalesce(e.partial_comment_id, p_partial_comment_id),
      recent_timeouts = coalesce(e.recent_timeouts, p_recent_timeouts),
      chronic_timeout = coalesce(e.chronic_timeout, p_chronic_timeout),
      retry_enqueued = coalesce(e.retry_enqueued, p_retry_enqueued),
      retry_files_count = coalesce(e.retry_files_count, p_retry_files_count),
      retry_scope_ratio = coalesce(e.retry_scope_ratio, p_retry_scope_ratio),
      retry_timeout_seconds = coalesce(e.retry_timeout_seconds, p_retry_timeout_seconds),
      retry_risk_level = coalesce(e.retry_risk_level, p_retry_risk_level),
      retry_checkpoint_enabled = coalesce(e.retry_checkpoint_enabled, p_retry_checkpoint_enabled),
      retry_has_results = coalesce(e.retry_has_results, p_retry_has_results)
    where e.id = v_id;
  end if;
  return query select v_id, v_inserted;
end
$$;

comment on function record_resilience_event is
'Record a review that timed out, or a retry of one.

Idempotent: p_repo and p_delivery_id identify the event, also under the name that the repository
had before rename_repo. Recording it again adds what was unknown and changes nothing else, so that
an agent can record a timeout at once, and later what it did about it. Give a retry a distinct id,
such as its parent''s with -retry-1 appended.

Arguments:
  p_delivery_id: 1 to 200 characters; webhook delivery of the run, or an id made up for the retry
  p_repo: owner/name; repository under review
  p_event_type: 1 to 200 characters; what the agent was doing, such as review
  p_kind: timeout | retry; what happened
  p_pr_number: 1 or more; pull request number; null if unknown
  p_pr_author: 1 to 200 characters; GitHub login of the pull request author; null if unknown
  p_parent_delivery_id: 1 to 200 characters; webhook delivery that this one retries; null if none
  p_review_output_key: 1 to 500 characters; key of the review output in progress; null if unknown
  p_execution_conclusion: 1 to 200 characters; how the run ended; free text; null if unknown
  p_had_inline_output: whether inline comments had been posted; null if unknown
  p_checkpoint_files_reviewed: 0 to 10^15; number of files reviewed at the last checkpoint; null
    if unknown
  p_checkpoint_finding_count: 0 to 10^15; number of findings at the last checkpoint; null if
    unknown
  p_checkpoint_total_files: 0 to 10^15; total number of files to review; null if unknown
  p_partial_comment_id: 1 or more; GitHub id of the comment that shows the partial result; null if
    none
  p_recent_timeouts: 0 to 10^15; what count_recent_timeouts returned; null if unknown
  p_chronic_timeout: whether timeouts are too frequent to retry; null if unknown
  p_retry_enqueued: whether a retry was queued; null if unknown
  p_retry_files_count: 0 to 10^15; number of files in the retry; null if unknown
  p_retry_scope_ratio: 0 to 1; fraction of the files in the retry; null if unknown
  p_retry_timeout_seconds: 0 to 10^15; time limit of the retry in seconds; null if unknown
  p_retry_risk_level: 1 to 200 characters; risk level of the pull request; free text; null if
    unknown
  p_retry_checkpoint_enabled: whether the retry saves checkpoints; null if unknown
  p_retry_has_results: whether the retry produced results; null if unknown
  p_created_at: years 1 to 9999; when it happened, to bring in history, so not in the future; null
    for now

Result: one row, a RecordedEvent.
  event_id: id of the event, new or existing
  inserted: false if the event was already recorded

Errors:
  22004: a required argument is null; the message names it
  22023: an argument is invalid; the message names it
  40001: a concurrent transaction deleted the existing event or, under repeatable read or
    serializable, recorded the same event; retry the transaction

Example:
  p_delivery_id => ''d1''
  p_repo => ''acme/api''
  p_event_type => ''review''
  p_kind => ''timeout''
  p_pr_number => 7
  p_pr_author => ''ann''
  p_retry_enqueued => true';

grant execute on function record_resilience_event to :"app";

commit;
