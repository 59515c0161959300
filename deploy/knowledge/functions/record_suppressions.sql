-- Deploy kodiai:knowledge/functions/record_suppressions to pg

begin;

\set owner :schema _owner
\set app :schema _app
set local role = :"owner";
set local search_path = :"schema", public;

create function record_suppressions(
  p_review_id bigint,
  p_suppressions jsonb
)
returns table (ordinal integer, suppression_id bigint, inserted boolean)
language plpgsql volatile parallel unsafe security definer
set search_path = :"schema", public, pg_temp
as $$
#variable_conflict use_column
begin
  perform _check_objects(
    'suppression_log', 'p_suppressions', p_suppressions, array['pattern', 'matched_count']
  );
  perform _lock_review(p_review_id);

  return query
  select s.ordinal, s.suppression_id, s.inserted
  from _insert_suppressions(p_review_id, p_suppressions) as s;
end
$$;

comment on function record_suppressions is
'Record the suppression rules that a review applied, all or nothing.

A rule named by the suppression_pattern of a finding already has an entry. Recording the same
rules again changes nothing.

Arguments:
  p_review_id: 1 or more; review id
  p_suppressions: array of NewSuppression objects; at most 10000 rules
    - pattern (text, required): 1 to 500 characters; the rule
    - matched_count (bigint): number of findings of the review with this suppression_pattern;
      rejected if wrong; null to skip this check

Result: rows, each a RecordedSuppression, in input order.
  ordinal: 1-based position in p_suppressions
  suppression_id: id of the entry in suppression_log
  inserted: false if the rule already had an entry

Errors:
  22004: an argument or a required key is missing; the message names it
  22023: an argument or key is invalid; the message names it
  40001: under repeatable read or serializable, a concurrent transaction changed the same review;
    retry the transaction
  KB001: the review does not exist

Example:
  p_review_id => 1
  p_suppressions => ''[{"pattern": "nit: *"}]''';

grant execute on function record_suppressions to :"app";

commit;
