-- Deploy kodiai:telemetry/functions/list_resilience_events to pg

begin;

\set owner :schema _owner
\set app :schema _app
\set reader :schema _reader
set local role = :"owner";
set local search_path = :"schema", public;

create function list_resilience_events(
  p_repo text default null,
  p_kind text default null,
  p_days bigint default 30,
  p_limit bigint default 100
)
returns table (
  event_id bigint,
  repo text,
  pr_number bigint,
  pr_author text,
  delivery_id text,
  event_type text,
  kind text,
  parent_delivery_id text,
  review_output_key text,
  execution_conclusion text,
  had_inline_output boolean,
  checkpoint_files_reviewed bigint,
  checkpoint_finding_count bigint,
  checkpoint_total_files bigint,
  partial_comment_id bigint,
  recent_timeouts bigint,
  chronic_timeout boolean,
  retry_enqueued boolean,
  retry_files_count bigint,
  retry_scope_ratio double precision,
  retry_timeout_seconds bigint,
  retry_risk_level text,
  retry_checkpoint_enabled boolean,
  retry_has_results boolean,
  created_at timestamptz
)
language plpgsql stable parallel safe security definer
set search_path = :"schema", public, pg_temp
-- Custom plans: the best index depends on whether p_repo is given.
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
begin
  p_repo := _check_optional('p_repo', p_repo, 'repo_name');
  perform _check_optional('p_kind', p_kind, 'resilience_kind');
  perform _check_argument('p_days', p_days::text, 'day_count');
  perform _check_argument('p_limit', p_limit::text, 'row_limit');

  return query
  select
    e.id, e.repo::text, e.pr_number::bigint, e.pr_author::text, e.delivery_id::text,
    e.event_type::text, e.kind::text, e.parent_delivery_id::text, e.review_output_key::text,
    e.execution_conclusion::text, e.had_inline_output, e.checkpoint_files_reviewed::bigint,
    e.checkpoint_finding_count::bigint, e.checkpoint_total_files::bigint,
    e.partial_comment_id::bigint, e.recent_timeouts::bigint, e.chronic_timeout,
    e.retry_enqueued, e.retry_files_count::bigint, e.retry_scope_ratio::double precision,
    e.retry_timeout_seconds::bigint, e.retry_risk_level::text, e.retry_checkpoint_enabled,
    e.retry_has_results, e.created_at
  from resilience_events as e
  where
    e.created_at >= _day_start(_period_start(p_days))
    and (p_repo is null or e.repo = p_repo)
    and (p_kind is null or e.kind = p_kind)
  order by e.created_at desc, e.id desc
  limit p_limit;
end
$$;

comment on function list_resilience_events is
'List the reviews that timed out, and the retries of them.

Arguments:
  p_repo: owner/name; only events of this repository; null for all
  p_kind: timeout | retry; only events of this kind; null for both
  p_days: 1 to 3660; only events of the last p_days UTC days, including today
  p_limit: 1 to 1000; maximum number of rows

Result: rows, each a ResilienceEvent, newest first; ties are broken by event_id, highest first.
  event_id: id of the event
  repo: owner/name, in lower case; repository under review
  pr_number: pull request number; null if unknown
  pr_author: GitHub login of the pull request author, in lower case; null if unknown
  delivery_id: webhook delivery of the run, or an id made up for the retry
  event_type: what the agent was doing, such as review
  kind: timeout | retry; what happened
  parent_delivery_id: webhook delivery that this one retries; null if none
  review_output_key: key of the review output in progress; null if unknown
  execution_conclusion: how the run ended; free text; null if unknown
  had_inline_output: whether inline comments had been posted; null if unknown
  checkpoint_files_reviewed: number of files reviewed at the last checkpoint; null if unknown
  checkpoint_finding_count: number of findings at the last checkpoint; null if unknown
  checkpoint_total_files: total number of files to review; null if unknown
  partial_comment_id: GitHub id of the comment that shows the partial result; null if none
  recent_timeouts: number of recent timeouts of the author in the repository; null if unknown
  chronic_timeout: whether timeouts are too frequent to retry; null if unknown
  retry_enqueued: whether a retry was queued; null if unknown
  retry_files_count: number of files in the retry; null if unknown
  retry_scope_ratio: 0 to 1; fraction of the files in the retry; null if unknown
  retry_timeout_seconds: time limit of the retry in seconds; null if unknown
  retry_risk_level: risk level of the pull request; free text; null if unknown
  retry_checkpoint_enabled: whether the retry saves checkpoints; null if unknown
  retry_has_results: whether the retry produced results; null if unknown
  created_at: when the event happened

Errors:
  22004: p_days or p_limit is null; the message names it
  22023: an argument is invalid; the message names it

Example:
  p_repo => ''acme/api''
  p_kind => ''timeout''';

grant execute on function list_resilience_events to :"app", :"reader";

commit;
