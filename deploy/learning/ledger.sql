-- Deploy kodiai:learning/ledger to pg
--
-- What became of assessments, and what that says about memories.

begin;

\set owner :schema _owner
set local role = :"owner";
set local search_path = :"schema", public;

create function _is_check(p_delivery_id text, p_finding_text text, p_share double precision)
returns boolean
language sql immutable parallel safe
return (
  hashtextextended(p_delivery_id, hashtextextended(p_finding_text, 0)) & 4294967295
) < p_share * 4294967296;

comment on function _is_check is
'Return whether a finding that would be suppressed is shown, to learn whether that would have been
right: the same one always gives the same answer.
Arguments: p_delivery_id; p_finding_text; p_share, of such findings.';

create function _record_evidence(
  p_assessment_id bigint,
  p_owner text,
  p_memory_ids bigint[],
  p_memory_weights double precision[]
)
returns void
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
begin
  insert into assessment_memories (assessment_id, memory_id, weight)
  select p_assessment_id, m.id, u.weight
  from unnest(p_memory_ids, p_memory_weights) as u (id, weight)
  inner join learning_memories as m on u.id = m.id
  where m.owner = p_owner
  order by m.id
  -- A memory may have been deleted since the assessment.
  for key share of m
  on conflict do nothing;
end
$$;

comment on function _record_evidence is
'Record which memories were evidence in an assessment; those that no longer exist are left out.
Arguments: p_assessment_id; p_owner, of its repository; p_memory_ids and p_memory_weights, from
assess_finding.';

create function _add_trust(p_assessment_id bigint, p_outcome text, p_sign integer)
returns void
language plpgsql volatile parallel unsafe
set search_path = :"schema", public, pg_temp
-- Always use an index, even on tables too small for the planner to prefer one.
set enable_seqscan = off
as $$
begin
  insert into memory_trust as t (memory_id, confirmed, contradicted)
  select
    e.memory_id,
    case p_outcome when 'unwanted' then p_sign * e.weight else 0 end,
    case p_outcome when 'wanted' then p_sign * e.weight else 0 end
  from assessment_memories as e
  where e.assessment_id = p_assessment_id and e.weight > 0
  order by e.memory_id
  on conflict (memory_id) do update
  set
    confirmed = greatest(t.confirmed + excluded.confirmed, 0),
    contradicted = greatest(t.contradicted + excluded.contradicted, 0);
end
$$;

comment on function _add_trust is
'Add the outcome of an assessment to what is known of the memories that spoke for suppression.
Arguments: p_assessment_id, whose memories this transaction locked; p_outcome, wanted or unwanted;
p_sign, 1, or -1 to take it back.';

create function _wilson_bound(p_successes bigint, p_trials bigint, p_sign integer)
returns double precision
language sql immutable parallel safe
return case
  when p_trials > 0 then
    (
      p_successes + 1.96 ^ 2 / 2
      + p_sign * 1.96 * sqrt(
        p_successes * (p_trials - p_successes) / p_trials::double precision + 1.96 ^ 2 / 4
      )
    ) / (p_trials + 1.96 ^ 2)
end;

comment on function _wilson_bound is
'Return a bound of the 95 % confidence interval of a proportion (Wilson, JASA 22, 1927).
Arguments: p_successes; p_trials; p_sign, -1 for the lower bound, 1 for the upper one.
Result: 0 to 1; null without trials.';

commit;
