-- Deploy kodiai:learning/functions/record_assessment to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function record_assessment(
  p_repo text,
  p_delivery_id text,
  p_finding_text text,
  p_severity text,
  p_category text,
  p_verdict text,
  p_confidence double precision,
  p_reason text,
  p_memory_ids bigint[] default null,
  p_memory_weights double precision[] default null,
  p_file_path text default null,
  p_pr_number bigint default null,
  p_check_share double precision default 0.05
)
returns table (assessment_id bigint, act text, is_check boolean, inserted boolean)
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
  v_row assessments;
  v_inserted boolean := true;
begin
  perform _check_arguments(
    'assessments',
    jsonb_build_object(
      'repo', p_repo, 'delivery_id', p_delivery_id, 'pr_number', p_pr_number,
      'finding_text', p_finding_text, 'severity', p_severity, 'category', p_category,
      'file_path', p_file_path, 'verdict', p_verdict, 'confidence', p_confidence,
      'reason', p_reason
    )
  );
  perform _check_argument('p_check_share', p_check_share::text, 'ratio');
  perform _check_size('p_memory_ids', cardinality(p_memory_ids));
  if cardinality(p_memory_ids) is distinct from cardinality(p_memory_weights) then
    perform _reject_argument(
      'p_memory_weights',
      format('%s elements, one per memory', coalesce(cardinality(p_memory_ids), 0)),
      coalesce(cardinality(p_memory_weights), 0)::text
    );
  end if;
  perform _check_array('p_memory_weights', p_memory_weights::text[], 'memory_weight');
  p_repo := _fold_name(p_repo);
  p_file_path := _stored_path(p_file_path);

  insert into assessments (
    repo, delivery_id, pr_number, finding_text, severity, category, file_path, verdict, is_check,
    confidence, reason
  )
  values (
    p_repo, p_delivery_id, p_pr_number, p_finding_text, p_severity, p_category, p_file_path,
    p_verdict,
    p_verdict = 'suppress' and _is_check(p_delivery_id, p_finding_text, p_check_share),
    p_confidence, p_reason
  )
  on conflict do nothing
  returning * into v_row;
  if found then
    perform _record_evidence(
      v_row.id, split_part(p_repo, '/', 1), p_memory_ids, p_memory_weights
    );
  else
    v_inserted := false;
    select a.* into v_row
    from assessments as a
    where
      a.repo = p_repo
      and a.delivery_id = p_delivery_id
      and hashtextextended(a.finding_text, 0) = hashtextextended(p_finding_text, 0)
      and a.file_path is not distinct from p_file_path;
  end if;

  return query
  select
    v_row.id,
    case when v_row.verdict = 'suppress' and not v_row.is_check then 'suppress' else 'show' end,
    v_row.is_check,
    v_inserted;
end
$$;

comment on function record_assessment is
'Record the assessment of a finding, and decide whether to show the finding.

Every verdict but suppress shows it. A stated share of what would be suppressed is shown all the
same, so that get_suppression_quality knows how often suppression is right; which findings is
decided by a hash of p_delivery_id and p_finding_text. A finding of a delivery is recorded once:
again returns what was decided first.

Arguments:
  p_repo: owner/name; repository of the review
  p_delivery_id: 1 to 200 characters; webhook delivery of the review
  p_finding_text: 1 to 100000 characters; what was found
  p_severity: critical | major | medium | minor; how bad the problem is
  p_category: security | correctness | performance | style | documentation; kind of problem
  p_verdict: suppress | keep | boost | unknown; that of assess_finding
  p_confidence: 0 to 1; that of assess_finding
  p_reason: 1 to 100000 characters; that of assess_finding
  p_memory_ids: at most 10000 ids of memories; those of assess_finding; null for none
  p_memory_weights: array of numbers from -1 to 1; those of assess_finding, one per memory; null
    for none
  p_file_path: 1 to 1000 bytes; path of the file, relative to the repository root; null if unknown
  p_pr_number: 1 or more; pull request number; null if unknown
  p_check_share: 0 to 1; share of findings to be suppressed that are shown all the same

Result: one row, a RecordedAssessment.
  assessment_id: id of the assessment, for settle_assessment
  act: suppress | show; what to do with the finding
  is_check: whether it is shown although it would be suppressed
  inserted: whether the assessment is new

Errors:
  22004: a required argument is null; the message names it
  22023: an argument is invalid; the message names it
  40001: under repeatable read or serializable, a concurrent transaction recorded the same
    finding; retry the transaction

Example:
  p_repo => ''acme/api''
  p_delivery_id => ''d1''
  p_finding_text => ''user may be None when the session has expired''
  p_severity => ''medium''
  p_category => ''correctness''
  p_verdict => ''suppress''
  p_confidence => 0.9
  p_reason => ''Similar findings: 5 were dismissed, 0 wanted.''
  p_pr_number => 7
  p_check_share => 0';

grant execute on function record_assessment to :"app";

commit;
