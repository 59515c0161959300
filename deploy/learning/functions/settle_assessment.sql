-- Deploy kodiai:learning/functions/settle_assessment to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function settle_assessment(p_assessment_id bigint, p_outcome text)
returns boolean
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
declare
  v_outcome text;
begin
  perform _check_argument('p_assessment_id', p_assessment_id::text, 'positive_number');
  perform _check_argument('p_outcome', p_outcome, 'finding_outcome');
  -- Memories first (docs/guides/operations.md#lock-order).
  perform _lock_memories(
    array(
      select e.memory_id from assessment_memories as e
      where e.assessment_id = p_assessment_id and e.weight > 0
    )
  );
  select a.outcome into v_outcome
  from assessments as a
  where a.id = p_assessment_id
  for no key update;
  if not found then
    perform _reject_unknown('KB008', 'p_assessment_id', 'assessment', to_jsonb(p_assessment_id));
  elsif v_outcome = p_outcome then
    return false;
  end if;

  if v_outcome is not null then
    perform _add_trust(p_assessment_id, v_outcome, -1);
  end if;
  perform _add_trust(p_assessment_id, p_outcome, 1);
  update assessments as a
  set outcome = p_outcome, settled_at = _now()
  where a.id = p_assessment_id;
  return true;
end
$$;

comment on function settle_assessment is
'Record whether the team wanted a finding that was assessed.

Call it for every finding whose outcome is known, shown or not: a comment that was resolved by a
change was wanted, one that was dismissed was not, and a suppressed one that somebody asked for was
wanted. Memories that spoke for suppressing a finding that was wanted lose weight in assess_finding.
Settling again with the other outcome replaces the first.

Arguments:
  p_assessment_id: 1 or more; id of the assessment
  p_outcome: wanted | unwanted; whether the team wanted the finding

Result: whether the outcome is new.

Errors:
  22004: an argument is null; the message names it
  22023: an argument is invalid; the message names it
  40001: under repeatable read or serializable, a concurrent transaction settled it or changed one
    of the memories; retry the transaction
  KB008: the assessment does not exist

Example:
  p_assessment_id => 1
  p_outcome => ''wanted''';

grant execute on function settle_assessment to :"app";

commit;
