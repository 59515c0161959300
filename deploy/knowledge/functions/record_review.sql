-- Deploy kodiai:knowledge/functions/record_review to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function record_review(
  p_repo text,
  p_pr_number bigint,
  p_head_sha text default null,
  p_delivery_id text default null,
  p_findings jsonb default '[]',
  p_suppressions jsonb default '[]',
  p_files_analyzed bigint default 0,
  p_lines_changed bigint default 0,
  p_duration_ms bigint default null,
  p_model text default null,
  p_conclusion text default 'unknown',
  p_config_snapshot jsonb default null
)
returns table (
  review_id bigint,
  inserted boolean,
  finding_ids bigint[],
  suppression_ids bigint[]
)
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
declare
  v_is_completed boolean;
  v_review_id bigint;
  v_inserted boolean;
begin
  perform _check_arguments(
    'reviews',
    jsonb_build_object(
      'repo', p_repo,
      'pr_number', p_pr_number,
      'head_sha', p_head_sha,
      'delivery_id', p_delivery_id,
      'files_analyzed', p_files_analyzed,
      'lines_changed', p_lines_changed,
      'duration_ms', p_duration_ms,
      'model', p_model,
      'conclusion', p_conclusion,
      'config_snapshot', p_config_snapshot
    )
  );
  perform _check_findings(p_findings);
  perform _check_objects(
    'suppression_log', 'p_suppressions', p_suppressions, array['pattern', 'matched_count']
  );

  -- The run of the commit may be about to end.
  perform _lock_pull_request(p_repo, p_pr_number);
  select coalesce(bool_or(s.status = 'completed'), true)
  into v_is_completed
  from run_state as s
  where s.repo = p_repo and s.pr_number = p_pr_number and s.head_sha = p_head_sha;

  insert into reviews (
    repo, pr_number, head_sha, delivery_id, files_analyzed, lines_changed, duration_ms,
    model, conclusion, config_snapshot, completed_at
  )
  values (
    p_repo, p_pr_number, p_head_sha, p_delivery_id, coalesce(p_files_analyzed, 0),
    coalesce(p_lines_changed, 0), p_duration_ms, p_model,
    coalesce(p_conclusion, 'unknown'), nullif(p_config_snapshot, 'null'),
    case when v_is_completed then _now() end
  )
  on conflict (delivery_id, pr_number) do nothing
  returning id into v_review_id;
  v_inserted := found;

  if v_inserted then
    perform _insert_findings(v_review_id, p_findings);
    perform _insert_suppressions(v_review_id, p_suppressions);
  else
    select r.id into v_review_id
    from reviews as r
    where r.delivery_id = p_delivery_id and r.pr_number = p_pr_number;
  end if;

  return query
  select
    v_review_id,
    v_inserted,
    array(select f.id from findings as f where f.review_id = v_review_id order by f.id),
    array(select s.id from suppression_log as s where s.review_id = v_review_id order by s.id);
end
$$;

comment on function record_review is
'Records a review with its findings and suppressions: all of it, or nothing. Counts by
severity come from the findings, so they cannot disagree. The delivery of a webhook can
be recorded again without effect, by two workers at once too.
Arguments:
p_repo, owner/name. p_pr_number, of the pull request. p_head_sha: commit reviewed.
p_delivery_id: webhook delivery that asked for it; without one the review is always new.
p_findings: array of objects, as for record_findings. p_suppressions: array of objects,
as for record_suppressions; rules that findings name are recorded even if not listed.
p_files_analyzed, p_lines_changed: how many. p_duration_ms: how long the review took, in
milliseconds. p_model: language model that wrote it. p_conclusion: how it ended, in the
word of the agent. p_config_snapshot: object, the configuration it ran under.
Result: one row. review_id: its number. inserted: false where this delivery had been
recorded for this pull request; the rest is then what was recorded, and nothing changes.
finding_ids: its findings, in input order. suppression_ids: its entries of
suppression_log.
Errors: 22004 and 22023 with the argument, the place from 1 and the key; nothing is
written then. 40001 under repeatable read, when another transaction has just recorded
the same delivery: try again.';

grant execute on function record_review to :"app";

commit;
