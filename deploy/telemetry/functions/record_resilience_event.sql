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
  p_retry_has_results boolean default null
)
returns table (event_id bigint, inserted boolean)
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
begin
  return query
  select r.id, r.inserted
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
      'retry_has_results', p_retry_has_results
    ),
    array['delivery_id']
  ) as r;
end
$$;

comment on function record_resilience_event is
'Records that a review ran out of time, or a retry of one. One event per delivery: the same
can be recorded again without effect, so a retry needs a name of its own as its delivery,
such as that of its parent with -retry-1 behind it.
Arguments: p_delivery_id: webhook delivery, or name of the retry. p_repo, owner/name.
p_event_type: what the agent was doing. p_kind: timeout or retry. p_pr_number,
p_pr_author. p_parent_delivery_id: delivery that this one retries. p_review_output_key: of
the output that was being made. p_execution_conclusion: how the run ended, in the word of
the agent. p_had_inline_output: whether comments had been posted.
p_checkpoint_files_reviewed, p_checkpoint_finding_count, p_checkpoint_total_files: of the
last checkpoint, from 0. p_partial_comment_id: GitHub number of the comment with the
partial result. p_recent_timeouts: as count_recent_timeouts said. p_chronic_timeout:
whether these are so many that no retry is made. p_retry_enqueued: whether one was.
p_retry_files_count: files it looks at, and p_retry_scope_ratio: their share, 0 to 1.
p_retry_timeout_seconds: time it is given. p_retry_risk_level: how risky the pull request
looked. p_retry_checkpoint_enabled: whether it saves checkpoints. p_retry_has_results:
whether it brought results.
Result: one row. event_id. inserted: false where it was there already; that row is not
changed.
Errors: 22004 and 22023 with the argument; nothing is written then. 40001 under
repeatable read, when another transaction has just recorded the same: try again.';

grant execute on function record_resilience_event to :"app";

commit;
